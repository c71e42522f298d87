import { toTxHash, type TxHash } from '../../ids/ids.js';

/**
 * What a customer pastes as a transaction: its hash, with what a wallet's "copy" or a message puts around it, or the link of
 * an explorer that ends in it. For `pattern` of a field as well, so that the browser refuses nothing that is understood.
 */
export const HASH_PATTERN = String.raw`\s*(https?:\/\/[^\s?#]*\/)?0[xX][0-9a-fA-F]{64}[\/?#]?\s*`;

/** @returns null for what names no transaction */
export function writtenHash(given: string): TxHash | null {
  if (!new RegExp(`^${HASH_PATTERN}$`).test(given)) return null;
  const [hash = ''] = /0[xX][0-9a-fA-F]{64}(?=[/?#]?\s*$)/.exec(given) ?? [];
  return toTxHash(hash.toLowerCase());
}
