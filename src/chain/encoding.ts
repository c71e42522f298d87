/** Bytes as they are, from 0x-hex. */
export function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}

/** A number without leading zeros; zero is empty (yellow paper, appendix B). @returns 0x-hex of whole bytes */
export function quantity(hex: string | undefined): string {
  const digits = (hex ?? '0x0').slice(2).replace(/^0+/, '');
  return digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`;
}
