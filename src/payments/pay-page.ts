import { randomBytes } from 'node:crypto';
import { urlAt } from '../config/public-url.js';

/** 128 bits, as a payment's id never has: whoever knows an id does not know the page. */
const TOKEN_BYTES = 16;

/** A page's token, in hex: what leads to it and to nothing else. */
export function newPageToken(): string {
  return randomBytes(TOKEN_BYTES).toString('hex');
}

export function isPageToken(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}

/**
 * Where a payment's page is.
 * @param publicUrl PUBLIC_URL; null: nobody can say, since no request is trusted to know
 */
export function payUrl(publicUrl: string | null, token: string): string | null {
  return urlAt(publicUrl, `/pay/${token}`);
}
