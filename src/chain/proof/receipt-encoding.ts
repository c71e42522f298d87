import { quantity } from '../encoding.js';
import { type RawReceipt } from '../blocks/raw-block.js';
import { bloomOf } from './bloom.js';
import { encodeRlp, type Field } from './rlp.js';

/** Celo: gas paid in a token (CIP-64). */
const CELO_FEE_CURRENCY = 0x7b;

/** Types whose receipts have the usual four fields, or those named below. */
export const KNOWN_RECEIPT_TYPES: readonly number[] = [
  ...[0, 1, 2, 3, 4, 0x7e, CELO_FEE_CURRENCY, 0x7c],
  // Arbitrum (nitro, arb_types.go): deposit, unsigned, contract, retry, submit-retryable, internal, legacy.
  ...[0x64, 0x65, 0x66, 0x68, 0x69, 0x6a, 0x78],
];

/**
 * A receipt as `receiptsRoot` takes it in (EIP-658, EIP-2718). Every typed receipt so far has the same four fields,
 * also those of Arbitrum; a deposit of the OP stack adds two from its Canyon fork on (before it, `depositNonce` is
 * told by nodes but not part of the root), and one of Celo's type 0x7b its base fee (CIP-66). Before Byzantium, the
 * state's root stands where the status does now.
 * @param type of it, or of its transaction
 * @param appended a field of a newer fork that stands behind all that are known
 */
export function encodeReceipt(raw: RawReceipt, type: number, appended?: string): Uint8Array {
  const fields: Field[] = [
    raw.status === undefined && raw.root !== undefined ? raw.root : quantity(raw.status),
    quantity(raw.cumulativeGasUsed),
    raw.logsBloom ?? bloomOf(raw.logs),
    raw.logs.map(({ address, topics, data }) => [address, [...topics], data]),
  ];
  if (raw.depositReceiptVersion !== undefined) {
    fields.push(quantity(raw.depositNonce), quantity(raw.depositReceiptVersion));
  }
  if (type === CELO_FEE_CURRENCY && raw.baseFee !== undefined) fields.push(quantity(raw.baseFee));
  const more = appended === undefined ? undefined : raw.unknownFields[appended];
  if (more !== undefined) fields.push(quantity(more));
  return encodeRlp(fields, type);
}
