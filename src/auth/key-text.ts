import { createHash, randomBytes } from 'node:crypto';

/** `qk_`, of an operator's `qo_`, and 256 random bits in base64url. */
export function generateKey(isOperator = false): string {
  return `${isOperator ? 'qo' : 'qk'}_${randomBytes(32).toString('base64url')}`;
}

/** What is stored instead of the key: 256 random bits cannot be guessed, so a plain SHA-256 is enough. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** Enough to tell keys apart in a list, too little to guess one. */
export function prefixOf(key: string): string {
  return key.slice(0, 9);
}
