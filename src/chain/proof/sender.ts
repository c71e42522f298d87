import { hexlify, Transaction } from 'ethers';
import { type RawTransaction } from '../blocks/raw-block.js';
import { type Address, toAddress } from '../../ids/ids.js';
import { encodeTransaction } from './transaction-encoding.js';

/**
 * Who signed a transaction. Nodes name a sender beside it, which its hash does not cover: the signature does. It costs
 * about a millisecond.
 * @returns lower-case; null where it is not signed in Ethereum's own way
 */
export function signerOf(transaction: RawTransaction): Address | null {
  const bytes = encodeTransaction(transaction);
  if (bytes === null) return null;
  try {
    const { from } = Transaction.from(hexlify(bytes));
    return from === null ? null : toAddress(from);
  } catch {
    return null;
  }
}
