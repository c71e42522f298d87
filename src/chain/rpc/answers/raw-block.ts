import { type Address, type TxHash } from '../../../ids/ids.js';
import { type WithUnread } from './shape.js';

/**
 * What nodes say of blocks (execution-apis), as far as we read it, after it has been read by `rpc/answers`: every field
 * has the form given here. Hex is lower-case with 0x. What is computed with is a number; what is only ever hashed is hex.
 */
export interface RawHeader {
  number: number;
  hash: string;
  parentHash: string;
  /** Seconds since 1970. */
  timestamp: number;
}

/** A header with all that its hash is made of; what later forks added is absent in earlier blocks. */
export interface RawFullHeader extends RawHeader {
  sha3Uncles?: string;
  miner?: string;
  stateRoot?: string;
  transactionsRoot?: string;
  receiptsRoot?: string;
  logsBloom?: string;
  difficulty?: string;
  gasLimit?: bigint;
  gasUsed?: bigint;
  extraData?: string;
  mixHash?: string;
  nonce?: string;
  /** London (EIP-1559), wei per gas. */
  baseFeePerGas?: bigint;
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
  /** What came besides, and is not known to be sent by nodes without being hashed: hex as it came; '' for all else. */
  unknownFields: Readonly<Record<string, string>>;
}

export interface RawAccessListEntry {
  address: Address;
  storageKeys: string[];
}

export interface RawAuthorization {
  chainId: string;
  address: Address;
  nonce: string;
  yParity: string;
  r: string;
  s: string;
}

/** What Arbitrum's own types have besides, 0x64 to 0x69 (nitro, internal/ethapi/api.go). */
export interface ArbitrumFields {
  requestId?: string;
  ticketId?: string;
  refundTo?: string;
  maxRefund?: string;
  submissionFeeRefund?: string;
  l1BaseFee?: string;
  depositValue?: string;
  retryTo?: string;
  retryValue?: string;
  retryData?: string;
  beneficiary?: string;
  maxSubmissionFee?: string;
}

export interface RawTransaction extends ArbitrumFields, WithUnread {
  hash: TxHash;
  /** Zero: the node does not say. No hash covers it. */
  from: Address;
  /** Null: a contract creation, or one of a chain's own that goes to nobody. */
  to: Address | null;
  /** Wei. */
  value: bigint;
  /** Where a node does not say, by the fields that only one type has. */
  type: number;
  chainId?: string;
  nonce: bigint;
  gas: bigint;
  /** Wei per gas; of a mined transaction with a fee of its own by EIP-1559, what it paid. */
  gasPrice?: bigint;
  maxFeePerGas?: bigint;
  maxPriorityFeePerGas?: bigint;
  maxFeePerBlobGas?: string;
  blobVersionedHashes?: string[];
  accessList?: RawAccessListEntry[];
  authorizationList?: RawAuthorization[];
  input: string;
  v?: string;
  yParity?: string;
  r?: string;
  s?: string;
  /** OP stack deposits. */
  sourceHash?: string;
  mint?: string;
  isSystemTx: boolean;
  /** Celo, type 0x7b: the token that gas is paid in (CIP-64). */
  feeCurrency?: string;
}

/** A transaction asked for by its hash. */
export interface RawFoundTransaction extends RawTransaction {
  /** Null: not mined yet. */
  blockNumber: number | null;
}

export interface RawBlock extends RawFullHeader {
  transactions: RawTransaction[];
  /** So many were null in the node's list; undefined: none. */
  unnamedTransactions?: number;
}

export interface RawLog {
  address: Address;
  topics: string[];
  data: string;
  blockHash: string;
  transactionHash: TxHash;
  /** As the node counts: most through the block, some from zero in each transaction. */
  logIndex?: number;
  /** A reorg took it. */
  removed: boolean;
}

export interface RawReceipt extends WithUnread {
  transactionHash: TxHash;
  blockHash: string;
  blockNumber: number;
  /** Absent on nodes that leave it out: it is that of the transaction. */
  type?: number;
  /** 1 success, 0 failure (EIP-658); absent before Byzantium, where `root` is the state after the transaction. */
  status?: number;
  root?: string;
  cumulativeGasUsed?: string;
  logsBloom?: string;
  logs: RawLog[];
  gasUsed: bigint;
  /** Wei per gas; some nodes leave it out. */
  effectiveGasPrice?: bigint;
  /** EIP-4844. */
  blobGasUsed?: bigint;
  blobGasPrice?: bigint;
  /** OP stack deposits, from Regolith and from Canyon on. */
  depositNonce?: string;
  depositReceiptVersion?: string;
  /** OP stack: what its data costs on the chain below, wei. */
  l1Fee?: bigint;
  /** OP stack since Isthmus; nodes leave both out where they are 0. */
  operatorFeeScalar?: bigint;
  operatorFeeConstant?: bigint;
  /** OP stack since Jovian, in every receipt. */
  daFootprintGasScalar?: bigint;
  /** Celo, type 0x7b: in the token that gas is paid in (CIP-66). */
  baseFee?: string;
  /** What came besides, and is not known to be sent by nodes: hex as it came; '' for all else. */
  unknownFields: Readonly<Record<string, string>>;
}
