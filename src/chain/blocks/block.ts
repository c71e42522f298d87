import { type Address, type Asset, type TxHash } from '../../ids/ids.js';

/** Where a block stands in its chain. */
export interface BlockRef {
  number: number;
  /** 0x + 64 lower-case hex digits. */
  hash: string;
  parentHash: string;
  time: Date;
}

/** Value that moved in a block, whoever received it. Addresses lower-case, amounts in base units. */
export interface Movement {
  /** `internal`: native value that a contract sent. */
  kind: 'native' | 'erc20' | 'internal';
  /** Null: an internal transfer that only the balance shows. */
  txHash: TxHash | null;
  /**
   * Position inside its transaction, 0-based: of the log among its logs, or of the internal transfer among those that
   * moved value and were not undone, as they happened. 0 for a native transfer, and where the transaction is unknown.
   */
  ordinal: number;
  /** Position of the log in its block; null where there is none. */
  logIndex: number | null;
  /** Null: unknown, as the transaction is. */
  from: Address | null;
  to: Address;
  /** The token's contract; null for the native asset. */
  tokenAddress: Asset;
  amount: bigint;
}

export interface Block extends BlockRef {
  movements: Movement[];
  /** Hashes of its transactions, in order. */
  transactions: TxHash[];
  /** Whether one of them may have run a contract's code: none can with the gas of a plain transfer. */
  runsCode: boolean;
  /**
   * Why its movements may not be all: endpoints do not say the same of it, or one alone speaks of it, and nothing proves
   * which is right. It is to be read again. Undefined: there is no doubt.
   */
  doubt?: string;
  /** Whether it is because of answers that contradict each other, of which one is wrong; not only for want of answers. */
  isContradicted?: boolean;
}
