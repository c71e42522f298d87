/** Bytes as they are, from 0x-hex. */
export function bytes(hex: string): Uint8Array {
  return Buffer.from(hex.slice(2), 'hex');
}

function digitsOf(number: number | bigint): string {
  return number === 0 || number === 0n ? '' : number.toString(16);
}

/** A number without leading zeros; zero, and what is absent, is empty (yellow paper, appendix B). @returns 0x-hex of whole bytes */
export function quantity(number: string | number | bigint | undefined): string {
  const digits = typeof number === 'string' ? number.slice(2).replace(/^0+/, '') : digitsOf(number ?? 0);
  return digits.length % 2 === 0 ? `0x${digits}` : `0x0${digits}`;
}
