import { getBytes, hexlify, Transaction } from 'ethers';
import { recover } from 'tiny-secp256k1';
import { type RawTransaction } from '../blocks/raw-block.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { keccak256 } from './keccak.js';
import { encodeTransaction } from './transaction-encoding.js';

/**
 * Who signed a transaction. Nodes name a sender beside it, which its hash does not cover: the signature does. By
 * WebAssembly, since ethers' own recovery takes five times as long and would halve the speed of catching up.
 * @returns lower-case; null where it is not signed in Ethereum's own way
 */
export function signerOf(transaction: RawTransaction): Address | null {
  const bytes = encodeTransaction(transaction);
  if (bytes === null) return null;
  try {
    const { signature, unsignedHash } = Transaction.from(hexlify(bytes));
    if (signature === null) return null;
    const rAndS = getBytes(`${signature.r}${signature.s.slice(2)}`);
    const key = recover(getBytes(unsignedHash), rAndS, signature.yParity, false);
    // The address is the last 20 bytes of the hash of the key without its prefix (Yellow Paper, appendix F).
    return key === null ? null : toAddress(`0x${keccak256(key.subarray(1)).slice(-40)}`);
  } catch {
    return null;
  }
}
