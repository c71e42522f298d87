import { type RawLog, type RawReceipt } from './raw-block.js';
import {
  address,
  count,
  data,
  digits,
  flag,
  forgiving,
  hash,
  list,
  object,
  optional,
  outcome,
  quantity,
  type Reader,
  txHash,
  unknownAmong,
  unlessEmpty,
  withDefault,
} from './shape.js';
import { type TxHash } from '../../../ids/ids.js';

export const log = object<RawLog>({
  address,
  topics: withDefault(list(hash), []),
  data: withDefault(data, '0x'),
  blockHash: hash,
  transactionHash: txHash,
  logIndex: optional(count),
  removed: flag,
});

export const logs = list(log);

/** In a receipt a log need not say whose it is, or of which block: both are the receipt's. */
type ToldLog = Omit<RawLog, 'blockHash' | 'transactionHash'> & {
  blockHash?: string;
  transactionHash?: TxHash;
};
const toldLog = forgiving<ToldLog>(
  {
    address,
    topics: withDefault(list(hash), []),
    data: withDefault(data, '0x'),
    blockHash: unlessEmpty(hash),
    transactionHash: unlessEmpty(txHash),
    logIndex: optional(count),
    removed: flag,
  },
  ['address', 'topics', 'data', 'removed'],
);

const NO_HASH = `0x${'0'.repeat(64)}`;

/** BSC's nodes had zero there for the logs of system transactions (bsc, issues 138 and 443). */
function isNone(told: string | undefined): boolean {
  return told === undefined || told === NO_HASH;
}

function logOf(receipt: { blockHash: string; transactionHash: TxHash }, told: ToldLog): RawLog {
  if (isNone(told.blockHash)) told.blockHash = receipt.blockHash;
  if (isNone(told.transactionHash)) told.transactionHash = receipt.transactionHash;
  return told as RawLog;
}

type KnownFields = Omit<RawReceipt, 'unknownFields' | 'unread' | 'logs'> & { logs: ToldLog[] };

const receiptFields = {
  transactionHash: txHash,
  blockHash: hash,
  blockNumber: count,
  type: optional(count),
  status: optional(outcome),
  root: optional(data),
  cumulativeGasUsed: optional(digits),
  logsBloom: optional(data),
  logs: withDefault(list(toldLog), []),
  gasUsed: quantity,
  effectiveGasPrice: optional(quantity),
  blobGasUsed: optional(quantity),
  blobGasPrice: optional(quantity),
  depositNonce: optional(digits),
  depositReceiptVersion: optional(digits),
  l1Fee: optional(quantity),
  operatorFeeScalar: optional(quantity),
  operatorFeeConstant: optional(quantity),
  daFootprintGasScalar: optional(quantity),
  baseFee: optional(digits),
} satisfies { [Name in keyof KnownFields]-?: Reader<KnownFields[Name]> };

/** What nodes say of a receipt besides; of Ethereum, the OP stack, Arbitrum and others. */
const BESIDES = [
  ...['transactionIndex', 'blockTimestamp', 'from', 'to', 'contractAddress', 'author', 'revertReason'],
  ...['l1FeeScalar', 'l1GasPrice', 'l1GasUsed', 'l1BaseFeeScalar', 'l1BlobBaseFee', 'l1BlobBaseFeeScalar'],
  ...['gasUsedForL1', 'l1BlockNumber', 'timeboosted', 'l1BatchNumber', 'l1BatchTxIndex', 'l2ToL1Logs'],
];
const KNOWN = new Set([...Object.keys(receiptFields), ...BESIDES]);

const knownFields = forgiving<KnownFields>(
  receiptFields,
  ['transactionHash', 'blockHash', 'blockNumber', 'status', 'root', 'logs'],
  { gasUsed: 0n },
);

export const receipt: Reader<RawReceipt> = (given) => {
  const read = knownFields(given);
  const logsOfIt = read.logs.map((one) => logOf(read, one));
  return { ...read, logs: logsOfIt, unknownFields: unknownAmong(given, KNOWN) };
};
