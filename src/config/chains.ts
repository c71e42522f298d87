import { type Address, type ChainId, type TokenAddress } from '../ids/ids.js';

/** One chain of chains.yaml, checked. Addresses are lower-case hex with 0x. */
export interface ChainConfig {
  name: string;
  /**
   * False: left on purpose. Nothing is asked of it. Payments that can be paid there alone stay as they are; those that
   * can be paid elsewhere as well go by their other chains.
   */
  enabled?: boolean;
  chainId: ChainId;
  /** In order of preference. May hold credentials: never log one. */
  rpcUrls: string[];
  wsUrls: string[];
  /** Of nodes that ask for no key, for customers' wallets that do not know the chain; left out: none. */
  publicRpcUrls?: string[];
  /** To each endpoint; null: no limit of ours. */
  rpcRequestsPerSecond: number | null;
  confirmations: Confirmations;
  blockTimeMs: number;
  /** `rate`: the symbol that it is priced by; left out: its own. */
  native: { symbol: string; decimals: number; rate?: string };
  tokens: TokenConfig[];
  internalTransfers: 'balance' | 'trace' | 'off';
  proofs: Proofs;
  explorerUrl: string | null;
  sweep: SweepConfig;
  /** Of the native asset; left out: no limits. */
  refund?: RefundRules;
  forwarder: Address | null;
  /** First block to scan on a database that has not seen the chain; null: the head. */
  startBlock: number | null;
}

/** What a merchant may have refunded of an asset. Base units of it. */
export interface RefundRules {
  /** Of one refund. */
  minimum: bigint;
  /** Of one merchant, in a day by UTC. */
  maxPerDay?: bigint;
}

/** How an asset is swept. Base units of that asset. */
export interface AssetSweep {
  /** What is less waits. */
  minimum: bigint;
  maxPerSweep?: bigint;
  /** Of a day by UTC. */
  maxPerDay?: bigint;
}

/** Of the chain's native asset, and what holds for all of the chain. */
export interface SweepConfig extends AssetSweep {
  enabled: boolean;
  /** Lower-case; left out: TREASURY_ADDRESS. */
  treasury?: Address;
  /** Wei per gas: while gas costs more, nothing is sent, and no fee is raised above it. */
  maxGasPrice?: bigint;
  /** The most gas that one transfer may take; left out: 1,000,000, in Ethereum's measure. */
  maxGas?: bigint;
  /** Wei: the most that moving a token may cost which nobody has put a price on; left out: 0.05 of the native asset. */
  maxFee?: bigint;
  /** Wei; below it the gas tank is called low. */
  gasTankMinimum?: bigint;
  /** Tokens go together, in transactions of the gas tank; left out: each by a transfer of its own address. */
  batches?: SweepBatches;
}

/** `path: eip7702`. */
export interface SweepBatches {
  /** The contract that deposit addresses delegate to, lower-case. */
  delegate: Address;
  /** Addresses that share a transaction, at the most. */
  size: number;
}

export interface TokenSweep extends AssetSweep {
  /** What one whole token is worth, in wei, to compare fees with; left out: they are not compared. */
  nativeValue?: bigint;
}

/**
 * What a chain's blocks can prove about themselves. `full`: hash, transactions, receipts and bloom, as Ethereum's do.
 * `receipts`: receipts alone, for chains with headers or transaction types of their own. `off`: nothing, for chains
 * whose roots do not cover all that their nodes report; their nodes are believed.
 */
export type Proofs = 'full' | 'receipts' | 'off';

export interface TokenConfig {
  symbol: string;
  address: TokenAddress;
  decimals: number;
  /** The symbol that it is priced by in rates.yaml; left out: its own. */
  rate?: string;
  /** Off: no new payments, those there are stay watched. */
  enabled: boolean;
  /** By amounts of this token; left out: those of the chain. */
  confirmations?: Confirmations;
  sweep?: TokenSweep;
  /** Left out: no limits. */
  refund?: RefundRules;
  /** First block to look for it in, also where the scan has passed it before the token was listed. */
  startBlock?: number;
}

/** Depth in blocks by amount, tiers ascending, the last without a bound; or the chain's own finality. */
export type Confirmations =
  | { kind: 'blocks'; tiers: { upTo: bigint | null; blocks: number }[] }
  | { kind: 'finality'; tag: FinalityTag };

/** What chains call the blocks that they do not replace any more: justified, or finalized (Ethereum's consensus). */
export const FINALITY_TAGS = ['finalized', 'safe'] as const;
export type FinalityTag = (typeof FINALITY_TAGS)[number];
