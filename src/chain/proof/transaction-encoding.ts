import { quantity } from '../encoding.js';
import { type RawTransaction } from '../blocks/raw-block.js';
import { arbitrumFields } from './arbitrum-transactions.js';
import { encodeRlp, type Field } from './rlp.js';

/** OP stack: a deposit from the chain below. */
const DEPOSIT = 0x7e;
/** Celo: gas paid in a token (CIP-64). */
const CELO_FEE_CURRENCY = 0x7b;

/**
 * A transaction as the block holds it (EIP-2718), made from its fields; its keccak256 is its hash.
 * @returns null for a type we do not know how to encode, and where a field came in a form that is not known
 */
export function encodeTransaction(raw: RawTransaction): Uint8Array | null {
  const { type } = raw;
  if (isUnread(raw)) return null;
  // Chains that call something else 0x7e (Scroll's messages) do not name a source.
  if (type === DEPOSIT && raw.sourceHash === undefined) return null;
  const fields = fieldsByType[type]?.(raw) ?? arbitrumFields(raw);
  return fields ? encodeRlp(fields, type) : null;
}

/** What could not be read is not known to be absent. Of signed types the sender is no part: the signature says who it is. */
function isUnread({ type, unread = [] }: RawTransaction): boolean {
  const isSigned = type !== DEPOSIT && fieldsByType[type] !== undefined;
  return unread.some((name) => !isSigned || name !== 'from');
}

/** Of the encoded fields of every signed type, the last are those of the signature. */
const SIGNATURE_FIELDS = 3;

/**
 * What was signed of a transaction, and with which parity of the curve's point.
 * @returns null for a type that we do not know, or that nobody signs
 */
export function signedPart(raw: RawTransaction): { bytes: Uint8Array; yParity: bigint } | null {
  const { type } = raw;
  if (type === DEPOSIT || isUnread(raw)) return null;
  const fields = fieldsByType[type]?.(raw).slice(0, -SIGNATURE_FIELDS);
  if (fields === undefined) return null;
  if (type !== 0) return { bytes: encodeRlp(fields, type), yParity: valueOf(raw.yParity ?? raw.v) };
  const v = valueOf(raw.v);
  // Before EIP-155 no chain is named in what is signed.
  if (v < 35n) return { bytes: encodeRlp(fields), yParity: v - 27n };
  const bytes = encodeRlp([...fields, quantity((v - 35n) / 2n), '0x', '0x']);
  return { bytes, yParity: (v - 35n) % 2n };
}

/** What is absent, and the empty text that stands for zero, is 0. */
function valueOf(digits = '0x'): bigint {
  return digits === '0x' ? 0n : BigInt(digits);
}

const fieldsByType: Record<number, ((raw: RawTransaction) => Field[]) | undefined> = {
  // EIP-155: `v` carries the chain id, `yParity` where a node adds it does not.
  0: (raw) => [
    quantity(raw.nonce),
    quantity(raw.gasPrice),
    ...call(raw),
    quantity(raw.v),
    quantity(raw.r),
    quantity(raw.s),
  ],
  // EIP-2930
  1: (raw) => [
    quantity(raw.chainId),
    quantity(raw.nonce),
    quantity(raw.gasPrice),
    ...call(raw),
    accessList(raw),
    ...signature(raw),
  ],
  // EIP-1559
  2: (raw) => [...dynamicFee(raw), ...signature(raw)],
  // EIP-4844
  3: (raw) => [
    ...dynamicFee(raw),
    quantity(raw.maxFeePerBlobGas),
    [...(raw.blobVersionedHashes ?? [])],
    ...signature(raw),
  ],
  // EIP-7702
  4: (raw) => [...dynamicFee(raw), authorizations(raw), ...signature(raw)],
  [CELO_FEE_CURRENCY]: (raw) => [...dynamicFee(raw), raw.feeCurrency ?? '0x', ...signature(raw)],
  [DEPOSIT]: (raw) => [
    raw.sourceHash ?? '0x',
    raw.from,
    recipient(raw),
    quantity(raw.mint),
    quantity(raw.value),
    quantity(raw.gas),
    quantity(raw.isSystemTx ? 1 : 0),
    raw.input,
  ],
};

function call(raw: RawTransaction): Field[] {
  return [quantity(raw.gas), recipient(raw), quantity(raw.value), raw.input];
}

function dynamicFee(raw: RawTransaction): Field[] {
  return [
    quantity(raw.chainId),
    quantity(raw.nonce),
    quantity(raw.maxPriorityFeePerGas),
    quantity(raw.maxFeePerGas),
    ...call(raw),
    accessList(raw),
  ];
}

function recipient(raw: RawTransaction): string {
  return raw.to ?? '0x';
}

function accessList(raw: RawTransaction): Field {
  return (raw.accessList ?? []).map(({ address, storageKeys }) => [address, [...storageKeys]]);
}

function authorizations(raw: RawTransaction): Field {
  return (raw.authorizationList ?? []).map((one) => [
    quantity(one.chainId),
    one.address,
    quantity(one.nonce),
    quantity(one.yParity),
    quantity(one.r),
    quantity(one.s),
  ]);
}

function signature(raw: RawTransaction): Field[] {
  return [quantity(raw.yParity ?? raw.v), quantity(raw.r), quantity(raw.s)];
}
