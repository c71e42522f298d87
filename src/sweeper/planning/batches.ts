import { PLAIN_TRANSFER_GAS } from '../../outgoing/fees.js';

/** EIP-7702: of an authorization, before anything is given back for an address that was used before. */
export const AUTHORIZATION_GAS = 25_000n;
/** What the contract does before and after it asks all: more than it takes. */
const BATCH_GAS = 10_000n;
/** What it does for each besides what the token takes, its call data and the words of a refusal included: more than it takes. */
const PART_GAS = 20_000n;
/** Less than one transaction may take (EIP-7825). */
const MOST_GAS = 16_000_000n;

/** What a part takes. */
export interface PartGas {
  /** More than the token needs. */
  gas: bigint;
  /** Its address has not delegated yet. */
  isNew: boolean;
}

/** What each part of a batch may use: the same for all. */
export function gasEachOf(parts: readonly Pick<PartGas, 'gas'>[]): bigint {
  return parts.reduce((most, { gas }) => (gas > most ? gas : most), 0n);
}

/** Enough for all of them, should each use up what it may. */
export function batchGasLimit(parts: readonly PartGas[]): bigint {
  const each = gasEachOf(parts);
  // A call gets no more than 63 of 64 parts of the gas there is (EIP-150).
  const ofEach = each + each / 32n + PART_GAS;
  const authorizations = parts.filter(({ isNew }) => isNew).length;
  return (
    PLAIN_TRANSFER_GAS +
    BATCH_GAS +
    BigInt(authorizations) * AUTHORIZATION_GAS +
    BigInt(parts.length) * ofEach
  );
}

/**
 * Which go together: those that take about as much, since all of a batch may use what the hungriest needs. Each is in
 * one of them.
 * @param size how many share a transaction at the most, above 0
 * @param blockGas what a block of the chain takes: no batch wants more than half of it
 */
export function batchesOf<T extends PartGas>(parts: readonly T[], size: number, blockGas: bigint): T[][] {
  const most = blockGas / 2n < MOST_GAS ? blockGas / 2n : MOST_GAS;
  const batches: T[][] = [];
  const inOrder = [...parts].sort((a, b) => (a.gas < b.gas ? -1 : Number(a.gas > b.gas)));
  for (const part of inOrder) {
    const last = batches.at(-1);
    const isRoomy = last !== undefined && last.length < size && batchGasLimit([...last, part]) <= most;
    if (isRoomy) last.push(part);
    else batches.push([part]);
  }
  return batches;
}
