import { type RawLog, type RawReceipt } from './raw-block.js';
import {
  address,
  count,
  data,
  digits,
  flag,
  hash,
  list,
  object,
  optional,
  outcome,
  quantity,
  type Reader,
  txHash,
  unknownAmong,
  withDefault,
} from './shape.js';

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

type KnownFields = Omit<RawReceipt, 'unknownFields'>;

const receiptFields = {
  transactionHash: txHash,
  blockHash: hash,
  blockNumber: count,
  type: optional(count),
  status: optional(outcome),
  root: optional(data),
  cumulativeGasUsed: digits,
  logsBloom: optional(data),
  logs: withDefault(logs, []),
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

const knownFields = object<KnownFields>(receiptFields);

export const receipt: Reader<RawReceipt> = (given) => ({
  ...knownFields(given),
  unknownFields: unknownAmong(given, KNOWN),
});
