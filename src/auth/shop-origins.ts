/** Longer ones do not pass through every browser and proxy. */
export const MAX_URL_LENGTH = 2_000;

/** An origin as `new URL(…).origin` writes it. */
export type Origin = string;

/**
 * Reads where a customer is to be sent back to. Only what every browser reads in the same way is taken: no spaces,
 * backslashes or control characters, no credentials.
 * @returns null for what is no such URL
 */
export function parseReturnUrl(text: string): URL | null {
  if (text.length > MAX_URL_LENGTH || !/^https?:\/\/[^\s\\\p{Cc}]+$/u.test(text)) return null;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  // What is kept is written with %22 for a quotation mark: longer than what was sent.
  if (url.href.length > MAX_URL_LENGTH) return null;
  return url.username === '' && url.password === '' ? url : null;
}

/** @returns the origin that a shop's address stands for; null where it is more than that, or not safe */
export function parseShopOrigin(text: string): Origin | null {
  const url = parseReturnUrl(text);
  if (!url || /[*;,'"]/.test(url.host) || url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return null;
  if (text.endsWith('?') || text.endsWith('#')) return null;
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || isLocal ? url.origin : null;
}

/** @returns the URL as it is kept, or what is wrong with it */
export function returnUrlAt(text: string, origins: readonly Origin[]): { url: string } | { problem: string } {
  const url = parseReturnUrl(text);
  if (!url)
    return {
      problem: `must be an absolute http(s) URL of at most ${MAX_URL_LENGTH} characters, without credentials`,
    };
  if (origins.includes(url.origin)) return { url: url.href };
  return {
    problem:
      `leads to ${url.origin}, which is not among the merchant's shop_origins ` +
      `(${origins.length === 0 ? 'none yet' : origins.join(', ')}); an operator adds it by PATCH /merchants/{id} or ` +
      'quittance merchant update --shop-origins',
  };
}
