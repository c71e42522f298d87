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
  forgiving,
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
  type WithUnread,
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

const hashedFields = forgiving<HashedFields>(headerFields, ['number', 'hash', 'parentHash', 'timestamp']);

export const header: Reader<RawFullHeader> = (given) => {
  const { unread, ...read } = hashedFields(given);
  return { ...read, unknownFields: unknownAmong(given, KNOWN, unread) };
};

/** Erigon and older geth say null where an entry has no keys (erigon, issue 2162). */
const accessListEntry = object<RawAccessListEntry>({ address, storageKeys: withDefault(list(hash), []) });

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
  [Name in keyof ToldTransaction]-?: Reader<ToldTransaction[Name]>;
};

/** Of Arbitrum's own types. */
const arbitrumFields = forgiving<ArbitrumFields>(
  {
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
  },
  [],
);

/** As nodes give it: some leave out the type. */
type ToldTransaction = Omit<RawTransaction, 'type' | 'unread' | keyof ArbitrumFields> & { type?: number };

/** What moves, and to whom; everything else is only hashed, or tells what it cost. */
const NEEDED = ['hash', 'from', 'to', 'value'] as const;
/** Of a block: who sent it, a signature says better, and chains with an alphabet of their own name it in that. */
const NEEDED_OF_MANY = ['hash', 'to', 'value'] as const;
const NOTHING_TOLD = { from: ZERO_ADDRESS, gas: 0n, nonce: 0n, input: '0x', isSystemTx: false };

const toldTransaction = forgiving<ToldTransaction>(transactionFields, NEEDED_OF_MANY, NOTHING_TOLD);
export const transaction: Reader<RawTransaction> = (given) => {
  const told = withInput(typed(toldTransaction(given)), given);
  if (told.unread?.includes('from') === true) requireOtherAlphabet(fieldsOf(given).from);
  const isOfArbitrum = told.type >= 0x64 && told.type <= 0x69;
  if (!isOfArbitrum) return told;
  const { unread = [], ...own } = arbitrumFields(given);
  const all = [...(told.unread ?? []), ...unread];
  return { ...told, ...own, ...(all.length > 0 ? { unread: all } : {}) };
};
const transactions = list(nullable(transaction));

/** An account as Harmony (`one1…`), Conflux (`cfx:…`), TRON (`T…`) and XDC (`xdc…`) write it. */
const OTHER_ALPHABET = /^(?!0x)[a-z][\w:.-]{24,90}$/i;

function requireOtherAlphabet(from: unknown): void {
  if (typeof from !== 'string' || !OTHER_ALPHABET.test(from)) {
    throw new NotAsExpected('an address', typeof from, 'from');
  }
}

const toldFoundTransaction = forgiving<ToldTransaction & Pick<RawFoundTransaction, 'blockNumber'>>(
  { ...transactionFields, blockNumber: nullable(count) },
  [...NEEDED, 'blockNumber'],
  NOTHING_TOLD,
);
export const foundTransaction: Reader<RawFoundTransaction> = (given) =>
  withInput(typed(toldFoundTransaction(given)), given);

/** Some nodes have what a call carries under the name that requests have for it. */
function withInput<T extends ToldTransaction & WithUnread>(told: T, given: unknown): T {
  const fields = fieldsOf(given);
  if (fields.input !== undefined && fields.input !== null) return told;
  try {
    told.input = input(fields.data);
    return told;
  } catch (error) {
    if (!(error instanceof NotAsExpected)) throw error;
    return { ...told, unread: [...(told.unread ?? []), 'data'] };
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
    const told = transactions(fieldsOf(given).transactions);
    const named = told.filter((one) => one !== null);
    return named.length === told.length
      ? { ...read, transactions: named }
      : { ...read, transactions: named, unnamedTransactions: told.length - named.length };
  } catch (error) {
    throw error instanceof NotAsExpected ? error.within('transactions') : error;
  }
};
