import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from './keccak.js';

/** What RLP encodes: bytes, or lists of them. */
export type Field = Uint8Array | Field[];

/** Bytes as they are, from 0x-hex. */
export function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}

/** A number without leading zeros; zero is empty (yellow paper, appendix B). */
export function quantity(hex: string | undefined): Uint8Array {
  const digits = (hex ?? '0x0').slice(2).replace(/^0+/, '');
  return Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}

export function encodeList(fields: Field[]): Uint8Array {
  return RLP.encode(fields);
}

/** Transactions and receipts of EIP-2718: the type's byte before the list; a legacy one (type 0) is the list alone. */
export function encodeTyped(type: number, fields: Field[]): Uint8Array {
  const payload = encodeList(fields);
  return type === 0 ? payload : Buffer.concat([Uint8Array.of(type), payload]);
}

/** 0x + 64 lower-case hex digits. */
export function hashOf(encoded: Uint8Array): string {
  return `0x${Buffer.from(keccak256(encoded)).toString('hex')}`;
}
