import { recover } from 'tiny-secp256k1';
import { type RawTransaction } from '../blocks/raw-block.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { bytes } from '../encoding.js';
import { keccak256 } from './keccak.js';
import { signedPart } from './transaction-encoding.js';

/**
 * Who signed a transaction. Nodes name a sender beside it, which its hash does not cover: the signature does. By
 * WebAssembly, and without reading the bytes back: ethers takes several times as long, which would halve the speed of
 * catching up.
 * @returns lower-case; null where it is not signed in a way that is known here
 */
export function signerOf(transaction: RawTransaction): Address | null {
  const signed = signedPart(transaction);
  if (signed === null || (signed.yParity !== 0n && signed.yParity !== 1n)) return null;
  const { r = '0x', s = '0x' } = transaction;
  try {
    const yParity = signed.yParity === 0n ? 0 : 1;
    const key = recover(bytes(keccak256(signed.bytes)), bytes(`0x${word(r)}${word(s)}`), yParity, false);
    // The address is the last 20 bytes of the hash of the key without its prefix (Yellow Paper, appendix F).
    return key === null ? null : toAddress(`0x${keccak256(key.subarray(1)).slice(-40)}`);
  } catch {
    return null;
  }
}

/** A quantity as 32 bytes in hex, without 0x. */
function word(quantity: string): string {
  return quantity.slice(2).padStart(64, '0');
}
