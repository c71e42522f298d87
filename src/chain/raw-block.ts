/** JSON-RPC answers as a node sends them (execution-apis), as far as we read them. Quantities are 0x-hex. */
export interface RawHeader {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
}

export interface RawTransaction {
  hash: string;
  from: string;
  /** Null: a contract creation. */
  to: string | null;
  value: string;
}

export interface RawBlock extends RawHeader {
  transactions: RawTransaction[];
}

export interface RawLog {
  address: string;
  topics: string[];
  data: string;
  blockHash: string;
  transactionHash: string;
  logIndex: string;
  removed?: boolean;
}

export interface RawReceipt {
  transactionHash: string;
  blockHash: string;
  /** 0x1 success, 0x0 failure (EIP-658). */
  status: string;
  logs: RawLog[];
}
