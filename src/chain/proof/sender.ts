import { type RawTransaction } from '../blocks/raw-block.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { bytes } from '../encoding.js';
import { keccak256 } from './keccak.js';
import { KeyRecovery } from './key-recovery.js';
import { keyOf, SIGNED_BYTES } from './recovered-key.js';
import { signedPart } from './transaction-encoding.js';

const recovery = new KeyRecovery();

/**
 * Who signed a transaction. Nodes name a sender beside it, which its hash does not cover: the signature does. By
 * WebAssembly, and without reading the bytes back: ethers takes several times as long, which would halve the speed of
 * catching up.
 * @returns lower-case; null where it is not signed in a way that is known here
 */
export function signerOf(transaction: RawTransaction): Address | null {
  const signed = signedOf(transaction);
  return signed && addressOf(keyOf(signed));
}

/** As `signerOf`; of many that are asked for at once, in another thread. */
export async function signerAmongMany(transaction: RawTransaction): Promise<Address | null> {
  const signed = signedOf(transaction);
  return signed && addressOf(await recovery.keyOf(signed));
}

/** As `recovered-key.ts` takes it. */
function signedOf(transaction: RawTransaction): Uint8Array | null {
  const signed = signedPart(transaction);
  if (signed === null || (signed.yParity !== 0n && signed.yParity !== 1n)) return null;
  const { r = '0x', s = '0x' } = transaction;
  const parity = signed.yParity === 0n ? '00' : '01';
  const all = bytes(`${keccak256(signed.bytes)}${word(r)}${word(s)}${parity}`);
  return all.length === SIGNED_BYTES ? all : null;
}

/** The address is the last 20 bytes of the hash of the key without its prefix (Yellow Paper, appendix F). */
function addressOf(key: Uint8Array | null): Address | null {
  return key && toAddress(`0x${keccak256(key.subarray(1)).slice(-40)}`);
}

/** A quantity as 32 bytes in hex, without 0x. */
function word(quantity: string): string {
  return quantity.slice(2).padStart(64, '0');
}
