/** JSON-RPC answers as a node sends them (execution-apis), as far as we read them. Quantities are 0x-hex. */
export interface RawHeader {
  number: string;
  hash: string;
  parentHash: string;
  timestamp: string;
}

/** A header with all that its hash is made of; what later forks added is absent in earlier blocks. */
export interface RawFullHeader extends RawHeader {
  sha3Uncles: string;
  miner: string;
  stateRoot: string;
  transactionsRoot: string;
  receiptsRoot: string;
  logsBloom: string;
  difficulty: string;
  gasLimit: string;
  gasUsed: string;
  extraData: string;
  mixHash: string;
  nonce: string;
  /** London (EIP-1559). */
  baseFeePerGas?: string;
  /** Shanghai (EIP-4895). */
  withdrawalsRoot?: string;
  /** Cancun (EIP-4844). */
  blobGasUsed?: string;
  excessBlobGas?: string;
  /** Cancun (EIP-4788). */
  parentBeaconBlockRoot?: string;
  /** Prague (EIP-7685). */
  requestsHash?: string;
}

export interface RawAccessListEntry {
  address: string;
  storageKeys: string[];
}

export interface RawAuthorization {
  chainId: string;
  address: string;
  nonce: string;
  yParity: string;
  r: string;
  s: string;
}

export interface RawTransaction {
  hash: string;
  from: string;
  /** Null: a contract creation. */
  to: string | null;
  value: string;
  /** Absent on nodes that know legacy transactions only. */
  type?: string;
  chainId?: string;
  nonce: string;
  gas: string;
  gasPrice?: string;
  maxFeePerGas?: string;
  maxPriorityFeePerGas?: string;
  maxFeePerBlobGas?: string;
  blobVersionedHashes?: string[];
  accessList?: RawAccessListEntry[];
  authorizationList?: RawAuthorization[];
  input: string;
  v?: string;
  yParity?: string;
  r: string;
  s: string;
  /** OP stack deposits. */
  sourceHash?: string;
  mint?: string;
  isSystemTx?: boolean;
}

export interface RawBlock extends RawFullHeader {
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
  type?: string;
  /** 0x1 success, 0x0 failure (EIP-658). */
  status: string;
  cumulativeGasUsed: string;
  logsBloom: string;
  logs: RawLog[];
  /** OP stack deposits, from Regolith and from Canyon on. */
  depositNonce?: string;
  depositReceiptVersion?: string;
}

/** What became of a transaction, as far as payments care. */
export type Outcome = Pick<RawReceipt, 'transactionHash' | 'blockHash' | 'status' | 'logs'>;

/** A block as far as payments care. */
export type BlockBody = RawHeader & {
  transactions: Pick<RawTransaction, 'hash' | 'from' | 'to' | 'value' | 'gas'>[];
};
