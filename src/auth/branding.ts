import { isEmail } from 'class-validator';
import { parseReturnUrl } from './shop-origins.js';

/** A logo that is kept; its bytes are branding's. */
export interface StoredLogo {
  /** In hex, of its PNG. */
  sha256: string;
  width: number;
  height: number;
  /** What it has to stand on to be seen; null: anything. */
  backing: 'light' | 'dark' | null;
}

/** Where browsers get it. */
export function logoPath({ sha256 }: StoredLogo): string {
  return `/pay/logos/${sha256}.png`;
}

/** @returns "#1f5eff", as it is kept; null for what is no such colour */
export function parseBrandColor(text: string): string | null {
  return /^#[0-9a-f]{6}$/i.test(text) ? text.toLowerCase() : null;
}

/** A page of the merchant's that its customers are led to. @returns as it is kept; null where it is none, or not safe */
export function parseMerchantUrl(text: string): string | null {
  const url = parseReturnUrl(text);
  return url?.protocol === 'https:' ? url.href : null;
}

/** Where customers ask: an e-mail address or a page. @returns as it is kept; null where it is neither */
export function parseSupport(text: string): string | null {
  if (text.includes('://')) return parseMerchantUrl(text);
  // No quoted local parts and no "?", which in a mailto: URL would begin headers of its own.
  return isEmail(text) && /^[\w.+-]+@[\w.-]+$/.test(text) ? text : null;
}
