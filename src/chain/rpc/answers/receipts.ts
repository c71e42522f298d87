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
  quantity,
  withDefault,
} from './shape.js';

export const log = object<RawLog>({
  address,
  topics: list(hash),
  data: withDefault(data, '0x'),
  blockHash: hash,
  transactionHash: hash,
  logIndex: optional(count),
  removed: flag,
});

export const logs = list(log);

export const receipt = object<RawReceipt>({
  transactionHash: hash,
  blockHash: hash,
  blockNumber: count,
  type: withDefault(count, 0),
  status: optional(count),
  root: optional(data),
  cumulativeGasUsed: digits,
  logsBloom: optional(data),
  logs,
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
});
