import {
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
  fieldsOf,
  flag,
  hash,
  list,
  NotAsExpected,
  nullable,
  object,
  optional,
  quantity,
  type Reader,
  txHash,
  unknownAmong,
  withDefault,
} from './shape.js';

type HashedFields = Omit<RawFullHeader, 'unknownFields'>;

const headerFields = {
  number: count,
  hash,
  parentHash: hash,
  timestamp: count,
  sha3Uncles: optional(hash),
  miner: optional(address),
  stateRoot: optional(hash),
  transactionsRoot: optional(hash),
  receiptsRoot: optional(hash),
  logsBloom: optional(data),
  difficulty: optional(digits),
  gasLimit: optional(quantity),
  gasUsed: optional(quantity),
  extraData: optional(data),
  mixHash: optional(hash),
  nonce: optional(data),
  baseFeePerGas: optional(quantity),
  withdrawalsRoot: optional(hash),
  blobGasUsed: optional(digits),
  excessBlobGas: optional(digits),
  parentBeaconBlockRoot: optional(hash),
  requestsHash: optional(hash),
  blockAccessListHash: optional(hash),
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
  from: address,
  to: nullable(address),
  value: quantity,
  type: optional(count),
  chainId: optional(digits),
  nonce: withDefault(quantity, 0n),
  gas: quantity,
  gasPrice: optional(quantity),
  maxFeePerGas: optional(quantity),
  maxPriorityFeePerGas: optional(quantity),
  maxFeePerBlobGas: optional(digits),
  blobVersionedHashes: optional(list(hash)),
  accessList: optional(list(accessListEntry)),
  authorizationList: optional(list(authorization)),
  input: withDefault(data, '0x'),
  v: optional(digits),
  yParity: optional(digits),
  r: optional(digits),
  s: optional(digits),
  sourceHash: optional(hash),
  mint: optional(digits),
  isSystemTx: flag,
  feeCurrency: optional(address),
} satisfies { [Name in keyof RawTransaction]-?: Reader<ToldTransaction[Name]> };

/** As nodes give it: some leave out the type. */
type ToldTransaction = Omit<RawTransaction, 'type'> & { type?: number };

const toldTransaction = object<ToldTransaction>(transactionFields);
export const transaction: Reader<RawTransaction> = (given) => typed(toldTransaction(given));
const transactions = list(transaction);

const toldFoundTransaction = object<Omit<RawFoundTransaction, 'type'> & { type?: number }>({
  ...transactionFields,
  blockNumber: nullable(count),
});
export const foundTransaction: Reader<RawFoundTransaction> = (given) => typed(toldFoundTransaction(given));

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
