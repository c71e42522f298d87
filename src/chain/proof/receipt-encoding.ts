import { quantity } from '../encoding.js';
import { type RawReceipt } from '../blocks/raw-block.js';
import { encodeRlp, type Field } from './rlp.js';

/**
 * A receipt as `receiptsRoot` takes it in (EIP-658, EIP-2718). Every typed receipt so far has the same four fields,
 * also those of Arbitrum; a deposit of the OP stack adds two from its Canyon fork on (before it, `depositNonce` is
 * told by nodes but not part of the root).
 */
export function encodeReceipt(raw: RawReceipt): Uint8Array {
  const fields: Field[] = [
    quantity(raw.status),
    quantity(raw.cumulativeGasUsed),
    raw.logsBloom ?? '0x',
    raw.logs.map(({ address, topics, data }) => [address, [...topics], data]),
  ];
  if (raw.depositReceiptVersion !== undefined) {
    fields.push(quantity(raw.depositNonce), quantity(raw.depositReceiptVersion));
  }
  return encodeRlp(fields, raw.type);
}
