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
  kind: 'native' | 'erc20';
  txHash: string;
  /** Position of the log inside its transaction, 0-based; 0 for a native transfer. */
  ordinal: number;
  /** Position of the log in its block; null for a native transfer. */
  logIndex: number | null;
  from: string;
  to: string;
  /** The token's contract; null for the native asset. */
  tokenAddress: string | null;
  amount: bigint;
}

export interface Block extends BlockRef {
  movements: Movement[];
}
