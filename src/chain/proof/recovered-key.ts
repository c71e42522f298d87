import { recover } from 'tiny-secp256k1';

/** Hash, r and s of 32 bytes each, and the parity of the curve's point. */
export const SIGNED_BYTES = 97;
/** Not compressed, with its prefix. */
export const KEY_BYTES = 65;

/** The public key that signed. @param signed a hash and its signature, SIGNED_BYTES. @returns null: none did */
export function keyOf(signed: Uint8Array): Uint8Array | null {
  try {
    return recover(signed.subarray(0, 32), signed.subarray(32, 96), signed[96] === 0 ? 0 : 1, false);
  } catch {
    return null;
  }
}
