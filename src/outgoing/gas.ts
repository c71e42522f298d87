import { toAddress } from '../ids/ids.js';

/**
 * How much gas our transactions are allowed, and are expected to take: the one place where that is decided. What it costs
 * is the business of `fees.ts`, and of `sweeper/planning/sweep-costs.ts` before anything is signed.
 */

/**
 * Yellow paper, appendix G: every transaction, which a transfer to an account without code takes no more than on Ethereum
 * until Amsterdam. From then on it takes more where the account is new (EIP-2780, EIP-8037), and rollups have their own
 * measures: so it is where nothing can be tried, and never what is signed without the node having been asked.
 */
export const PLAIN_TRANSFER_GAS = 21_000n;
/**
 * EIP-7702: of an authorization, before anything is given back for an address that was used before. Where a node can be
 * asked, it is: Amsterdam charges several times as much (EIP-8037).
 */
export const AUTHORIZATION_GAS = 25_000n;
/** Of a token whose transfer cannot be tried now: more than common ones take. */
export const USUAL_TOKEN_GAS = 65_000n;

/** What a call takes may differ from the estimate with what happens before it: so much more, in per cent. */
const MARGIN_PERCENT = 10n;

/** What the delegate does before and after it asks all: more than it takes. */
const BATCH_GAS = 10_000n;
/** What it does for each besides what the token takes, its call data and the words of a refusal included: more than it takes. */
const PART_GAS = 20_000n;
/** Less than one transaction may take (EIP-7825). */
const MOST_GAS = 16_000_000n;

/**
 * EIP-2929: what a batch pays once, since its first transfer has touched them, and each transfer alone: the token and
 * the treasury's balance with it, which is written first.
 */
const TOUCHED_ONCE_GAS = 7_300n;
/** What a batch does for each besides: its call, the delegation that is looked up (EIP-7702), and its call data. */
const EXPECTED_PART_GAS = 6_500n;

/** What each transaction of a batch is expected to take, whoever shares it. */
export const SHARED_GAS = PLAIN_TRANSFER_GAS + TOUCHED_ONCE_GAS;

/** The gas to allow a call. @param estimate what the node says it takes */
export function allowedGas(estimate: bigint): bigint {
  return (estimate * (100n + MARGIN_PERCENT)) / 100n;
}

/** What a call that was allowed so much is expected to take. */
export function expectedOf(allowed: bigint): bigint {
  return (allowed * 100n) / (100n + MARGIN_PERCENT);
}

/** What a transfer is expected to take in a batch, its share of the transaction apart. @param alone what it takes by itself */
export function expectedPartGas(alone: bigint): bigint {
  return (alone > SHARED_GAS ? alone - SHARED_GAS : 0n) + EXPECTED_PART_GAS;
}

/** What a part of a batch takes. */
export interface PartGas {
  /** More than the token needs. */
  gas: bigint;
  /** What its address's authorization is charged; 0 where the address has delegated before. */
  authorizationGas: bigint;
}

/** Nobody's, without code: a call of it takes what every transaction takes. */
export const NOBODY = toAddress('0x1f2e3d4c5b6a798897a6b5c4d3e2f10112233445');

/** A token's transfer takes 30,000 to 150,000 gas on Ethereum: more than this pays for nothing that a transfer does. */
export const MOST_TRANSFER_GAS = 1_000_000n;

/** What bounds a transfer's gas on a chain. */
export interface GasBounds {
  /** The operator's (`sweep.max_gas`); undefined: the usual one. */
  maxGas: bigint | undefined;
  /** What the chain charges for a transfer that does nothing: some count in other units than Ethereum. */
  plain: bigint;
  blockGas: bigint;
}

/**
 * What a transfer of ours may take: what takes more is not signed. No block would take it, and its account could sign
 * nothing more for ever; or it would cost whatever the token's issuer likes.
 */
export function mostTransferGas({ maxGas, plain, blockGas }: GasBounds): bigint {
  const isLikeEthereum = plain <= PLAIN_TRANSFER_GAS;
  const usual = isLikeEthereum ? MOST_TRANSFER_GAS : (MOST_TRANSFER_GAS * plain) / PLAIN_TRANSFER_GAS;
  const wanted = maxGas ?? usual;
  const fits = isLikeEthereum ? mostBatchGas(blockGas) : blockGas / 2n;
  return wanted < fits ? wanted : fits;
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
  const authorizations = parts.reduce((sum, { authorizationGas }) => sum + authorizationGas, 0n);
  return PLAIN_TRANSFER_GAS + BATCH_GAS + authorizations + BigInt(parts.length) * ofEach;
}

/**
 * Nodes take nothing by eth_sendRawTransaction whose gas limit × price is above a cap: 1 of the native asset, unless their
 * operator sets another (`rpc.txfeecap` of geth, erigon and reth, `rpc-tx-feecap` of besu).
 */
const USUAL_FEE_CAP = 10n ** 18n;
/** So that the fee of what is signed may double. */
const ROOM_BELOW_CAP = 2n;

/** The gas of a batch that any node takes at such a price, with room for it to rise. @param price wei per gas offered */
export function gasBelowFeeCap(price: bigint): bigint {
  return USUAL_FEE_CAP / ROOM_BELOW_CAP / (price > 0n ? price : 1n);
}

/** What a batch may want at the most. @param blockGas what a block of the chain takes: no batch wants more than half of it */
export function mostBatchGas(blockGas: bigint): bigint {
  return blockGas / 2n < MOST_GAS ? blockGas / 2n : MOST_GAS;
}
