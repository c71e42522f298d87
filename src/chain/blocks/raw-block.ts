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
  /** Amsterdam (EIP-7928). */
  blockAccessListHash?: string;
  /** Amsterdam (EIP-7843). */
  slotNumber?: string;
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
  /** Null, or left out: a contract creation, or one of a chain's own that goes to nobody. */
  to?: string | null;
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
  /** Celo, type 0x7b: the token that gas is paid in (CIP-64). */
  feeCurrency?: string | null;
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
  /** As the node counts: most through the block, some anew in each transaction. */
  logIndex?: string | null;
  removed?: boolean;
}

export interface RawReceipt {
  transactionHash: string;
  blockHash: string;
  type?: string;
  /** 0x1 success, 0x0 failure (EIP-658); none before Byzantium, where `root` has the state after it. */
  status?: string | null;
  root?: string | null;
  gasUsed?: string;
  cumulativeGasUsed: string;
  logsBloom: string;
  logs: RawLog[];
  /** OP stack deposits, from Regolith and from Canyon on. */
  depositNonce?: string;
  depositReceiptVersion?: string;
  /** Celo, type 0x7b: in the token that gas is paid in (CIP-66). */
  baseFee?: string | null;
}

/** What became of a transaction, as far as payments care. */
export type Outcome = Pick<
  RawReceipt,
  'transactionHash' | 'blockHash' | 'status' | 'root' | 'gasUsed' | 'logs'
>;

/** A block as far as payments care. */
export type BlockBody = RawHeader & {
  transactions: (Pick<RawTransaction, 'hash' | 'from' | 'to' | 'value' | 'gas'> &
    Partial<Pick<RawTransaction, 'input'>>)[];
} & Pick<Partial<RawFullHeader>, 'blockAccessListHash' | 'slotNumber'>;
