import { type DepositScheme } from './deposit-scheme.js';
import { type Address } from '../ids/ids.js';

/** One chain as a scan asks it. Addresses lower-case; everything pinned to one block of the chain. */
export interface ScannedChain {
  name: string;
  /** For each address, in order, what it holds of each of the chain's assets, in base units; null where none can tell. */
  balances(addresses: readonly Address[]): Promise<(bigint | null)[][]>;
  /** For each address, in order, whether it has ever signed anything that was mined. */
  haveSigned(addresses: readonly Address[]): Promise<boolean[]>;
}

export interface FundedDeposit {
  chain: string;
  /** Where the asset stands in the chain's list of them. */
  asset: number;
  index: number;
  address: Address;
  /** Base units, above 0. */
  balance: bigint;
}

/**
 * Where a scan ends: after so many unused addresses in a row, those below `atLeast` not counted; or before an index,
 * whatever is there.
 */
export type ScanEnd = { gapLimit: number; atLeast?: number } | { before: number };

/** Addresses asked about together: as many as one Multicall3 call takes. */
const BATCH = 500;

interface Candidate {
  index: number;
  address: Address;
}

/**
 * Finds what deposit addresses hold, from index 0 on; memory does not grow with their number. An address that is empty
 * by now and was used once does not count as unused: it has signed, or its money has gone.
 * @param onProgress called with the index up to which all was asked
 */
export async function* scanDeposits(
  scheme: DepositScheme,
  chains: readonly ScannedChain[],
  end: ScanEnd,
  onProgress: (index: number) => void = () => undefined,
): AsyncGenerator<FundedDeposit> {
  let lastUsed = -1;
  let from = 0;
  for (;;) {
    const before = 'before' in end ? end.before : Math.max(lastUsed + 1, end.atLeast ?? 0) + end.gapLimit;
    if (from >= before) return;
    const to = Math.min(before, from + BATCH);
    const batch = candidates(scheme, from, to);
    const funded = await fundedAmong(batch, chains);
    yield* funded;
    const lastFunded = funded.reduce((last, { index }) => Math.max(last, index), lastUsed);
    lastUsed = 'before' in end ? lastFunded : await lastUsedOf(batch, chains, lastFunded);
    onProgress(to - 1);
    from = to;
  }
}

function candidates(scheme: DepositScheme, from: number, to: number): Candidate[] {
  const found: Candidate[] = [];
  for (let index = from; index < to; index += 1) {
    const address = scheme.addressAt(index)?.address;
    if (address !== undefined) found.push({ index, address });
  }
  return found;
}

async function fundedAmong(
  batch: readonly Candidate[],
  chains: readonly ScannedChain[],
): Promise<FundedDeposit[]> {
  const addresses = batch.map(({ address }) => address);
  const byChain = await Promise.all(chains.map((chain) => chain.balances(addresses)));
  return batch.flatMap(({ index, address }, position) =>
    chains.flatMap(({ name }, chain) =>
      (byChain[chain]?.[position] ?? []).flatMap((balance, asset) =>
        balance !== null && balance > 0n ? [{ chain: name, asset, index, address, balance }] : [],
      ),
    ),
  );
}

/** Only addresses above the last funded one can move the end; they are asked for their signatures. */
async function lastUsedOf(
  batch: readonly Candidate[],
  chains: readonly ScannedChain[],
  lastFunded: number,
): Promise<number> {
  const open = batch.filter(({ index }) => index > lastFunded);
  const addresses = open.map(({ address }) => address);
  const byChain = await Promise.all(chains.map((chain) => chain.haveSigned(addresses)));
  const lastSigner = open.findLast((_candidate, position) => byChain.some((signed) => signed[position]));
  return Math.max(lastFunded, lastSigner?.index ?? -1);
}
