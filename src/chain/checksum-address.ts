import { keccak256 } from './proof/keccak.js';

const DIGITS_END = 42;

/**
 * EIP-55. For addresses of our own, which are lower-case and valid: a library checks what it is given, and takes many
 * times as long.
 * @param address 0x + 40 lower-case hex digits
 */
export function checksumAddress(address: string): string {
  const hash = keccak256(address.slice(2));
  let checked = '0x';
  for (let index = 2; index < DIGITS_END; index++) {
    const digit = address.charAt(index);
    checked += hash.charAt(index) < '8' ? digit : digit.toUpperCase();
  }
  return checked;
}
