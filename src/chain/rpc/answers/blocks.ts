import {
  type ArbitrumFields,
  type RawAccessListEntry,
  type RawAuthorization,
  type RawBlock,
  type RawFoundTransaction,
  type RawFullHeader,
  type RawTransaction,
} from './raw-block.js';
import {
  address,
  count,
  data,
  digits,
  eightBytes,
  fieldsOf,
  flag,
  hash,
  input,
  list,
  NotAsExpected,
  nullable,
  nullIfEmpty,
  object,
  optional,
  quantity,
  quantityWithin,
  type Reader,
  txHash,
  unixTime,
  unknownAmong,
  unlessEmpty,
  withDefault,
} from './shape.js';
import { ZERO_ADDRESS } from '../../../ids/ids.js';

type HashedFields = Omit<RawFullHeader, 'unknownFields'>;

const headerFields = {
  number: count,
  hash,
  parentHash: hash,
  timestamp: unixTime,
  sha3Uncles: unlessEmpty(hash),
  miner: unlessEmpty(address),
  stateRoot: unlessEmpty(hash),
  transactionsRoot: unlessEmpty(hash),
  receiptsRoot: unlessEmpty(hash),
  logsBloom: optional(data),
  difficulty: optional(digits),
  gasLimit: optional(quantityWithin),
  gasUsed: optional(quantityWithin),
  extraData: optional(data),
  mixHash: unlessEmpty(hash),
  nonce: optional(eightBytes),
  baseFeePerGas: optional(quantityWithin),
  withdrawalsRoot: unlessEmpty(hash),
  blobGasUsed: optional(digits),
  excessBlobGas: optional(digits),
  parentBeaconBlockRoot: unlessEmpty(hash),
  requestsHash: unlessEmpty(hash),
  blockAccessListHash: unlessEmpty(hash),
  slotNumber: optional(digits),
} satisfies { [Name in keyof HashedFields]-?: Reader<HashedFields[Name]> };

/** What nodes say of a block besides its header; of Ethereum, and of chains that have more fields. */
const BESIDES = [
  ...['transactions', 'uncles', 'withdrawals', 'requests', 'size', 'totalDifficulty'],
  // Arbitrum, OpenEthereum's heirs, BSC, ZKsync, Scroll.
  ...['l1BlockNumber', 'sendCount', 'sendRoot', 'author', 'sealFields', 'signature', 'step'],
  ...['milliTimestamp', 'l1BatchNumber', 'l1BatchTimestamp', 'row_consumption', 'rowConsumption'],
];
const KNOWN = new Set([...Object.keys(headerFields), ...BESIDES]);

const hashedFields = object<HashedFields>(headerFields);

export const header: Reader<RawFullHeader> = (given) => ({
  ...hashedFields(given),
  unknownFields: unknownAmong(given, KNOWN),
});

const accessListEntry = object<RawAccessListEntry>({ address, storageKeys: list(hash) });

const authorization = object<RawAuthorization>({
  chainId: digits,
  address,
  nonce: digits,
  yParity: digits,
  r: digits,
  s: digits,
});

const transactionFields = {
  hash: txHash,
  from: withDefault(address, ZERO_ADDRESS),
  to: nullIfEmpty(address),
  value: quantityWithin,
  type: optional(count),
  chainId: optional(digits),
  nonce: withDefault(quantityWithin, 0n),
  gas: quantity,
  gasPrice: optional(quantityWithin),
  maxFeePerGas: optional(quantityWithin),
  maxPriorityFeePerGas: optional(quantityWithin),
  maxFeePerBlobGas: optional(digits),
  blobVersionedHashes: optional(list(hash)),
  accessList: optional(list(accessListEntry)),
  authorizationList: optional(list(authorization)),
  input,
  v: optional(digits),
  yParity: optional(digits),
  r: optional(digits),
  s: optional(digits),
  sourceHash: unlessEmpty(hash),
  mint: optional(digits),
  isSystemTx: flag,
  feeCurrency: unlessEmpty(address),
} satisfies {
  [Name in Exclude<keyof RawTransaction, keyof ArbitrumFields>]-?: Reader<ToldTransaction[Name]>;
};

/** Of Arbitrum's own types. */
const arbitrumFields = object<ArbitrumFields>({
  requestId: unlessEmpty(hash),
  ticketId: unlessEmpty(hash),
  refundTo: unlessEmpty(address),
  maxRefund: optional(digits),
  submissionFeeRefund: optional(digits),
  l1BaseFee: optional(digits),
  depositValue: optional(digits),
  retryTo: unlessEmpty(address),
  retryValue: optional(digits),
  retryData: optional(input),
  beneficiary: unlessEmpty(address),
  maxSubmissionFee: optional(digits),
});

/** As nodes give it: some leave out the type. */
type ToldTransaction = Omit<RawTransaction, 'type' | keyof ArbitrumFields> & { type?: number };

const toldTransaction = object<ToldTransaction>(transactionFields);
export const transaction: Reader<RawTransaction> = (given) => {
  const told = withInput(typed(toldTransaction(given)), given);
  const isOfArbitrum = told.type >= 0x64 && told.type <= 0x69;
  return isOfArbitrum ? { ...told, ...arbitrumFields(given) } : told;
};
const transactions = list(transaction);

const toldFoundTransaction = object<ToldTransaction & Pick<RawFoundTransaction, 'blockNumber'>>({
  ...transactionFields,
  blockNumber: nullable(count),
});
export const foundTransaction: Reader<RawFoundTransaction> = (given) =>
  withInput(typed(toldFoundTransaction(given)), given);

/** Some nodes have what a call carries under the name that requests have for it. */
function withInput<T extends ToldTransaction>(told: T, given: unknown): T {
  const fields = fieldsOf(given);
  if (fields.input !== undefined && fields.input !== null) return told;
  try {
    told.input = input(fields.data);
    return told;
  } catch (error) {
    throw error instanceof NotAsExpected ? error.within('data') : error;
  }
}

/** Nodes from before EIP-2718 know no types; those that leave theirs out all the same give what only one of them has. */
function typed<T extends ToldTransaction>(told: T): T & { type: number } {
  told.type ??= typeByFields(told);
  return told as T & { type: number };
}

function typeByFields(told: ToldTransaction): number {
  if (told.sourceHash !== undefined) return 0x7e;
  if (told.authorizationList !== undefined) return 4;
  if (told.blobVersionedHashes !== undefined) return 3;
  if (told.maxFeePerGas !== undefined) return 2;
  return told.accessList === undefined ? 0 : 1;
}

/** With its transactions. */
export const block: Reader<RawBlock> = (given) => {
  const read = header(given);
  try {
    return { ...read, transactions: transactions(fieldsOf(given).transactions) };
  } catch (error) {
    throw error instanceof NotAsExpected ? error.within('transactions') : error;
  }
};
