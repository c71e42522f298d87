import { quantity } from '../encoding.js';
import { type RawReceipt } from '../blocks/raw-block.js';
import { encodeRlp, type Field } from './rlp.js';

/** Celo: gas paid in a token (CIP-64). */
const CELO_FEE_CURRENCY = 0x7b;

/** What nodes tell of a receipt besides what its root takes in; of Ethereum, the OP stack, Arbitrum and others. */
export const KNOWN_RECEIPT_FIELDS: readonly string[] = [
  ...['transactionHash', 'transactionIndex', 'blockHash', 'blockNumber', 'blockTimestamp', 'from', 'to'],
  ...['cumulativeGasUsed', 'gasUsed', 'contractAddress', 'logs', 'logsBloom', 'status', 'root', 'type'],
  ...['effectiveGasPrice', 'blobGasUsed', 'blobGasPrice', 'author', 'revertReason', 'timestamp'],
  ...['l1Fee', 'l1FeeScalar', 'l1GasPrice', 'l1GasUsed', 'l1BaseFeeScalar', 'l1BlobBaseFee'],
  ...['l1BlobBaseFeeScalar', 'operatorFeeScalar', 'operatorFeeConstant', 'daFootprintGasScalar'],
  ...['depositNonce', 'depositReceiptVersion', 'gasUsedForL1', 'l1BlockNumber', 'timeboosted', 'baseFee'],
];

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
 * @param appended a field of a newer fork that stands behind all that are known
 */
export function encodeReceipt(raw: RawReceipt, appended?: string): Uint8Array {
  const type = Number(raw.type ?? '0x0');
  const fields: Field[] = [
    raw.status == null && raw.root != null ? raw.root : quantity(raw.status ?? undefined),
    quantity(raw.cumulativeGasUsed),
    raw.logsBloom,
    raw.logs.map(({ address, topics, data }) => [address, [...topics], data]),
  ];
  if (raw.depositReceiptVersion != null) {
    fields.push(quantity(raw.depositNonce), quantity(raw.depositReceiptVersion));
  }
  if (type === CELO_FEE_CURRENCY && raw.baseFee != null) fields.push(quantity(raw.baseFee));
  const more = appended === undefined ? null : (raw as unknown as Record<string, string | null>)[appended];
  if (more != null) fields.push(quantity(more));
  return encodeRlp(fields, type);
}
