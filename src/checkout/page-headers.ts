/**
 * What a page may load, send and be shown in (design: nothing inline, no foreign host, ever). No referrer, since the
 * page's address is its key.
 * @param shopOrigins who may show it in a frame; of what was checked when it was stored
 */
export function pageHeaders(shopOrigins: readonly string[]): Record<string, string> {
  const ancestors = shopOrigins.length === 0 ? "'none'" : shopOrigins.join(' ');
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
      `form-action 'self'; base-uri 'none'; frame-ancestors ${ancestors}`,
    // For browsers that do not know frame-ancestors; it knows no list, so that it is left out where there is one.
    ...(shopOrigins.length === 0 ? { 'x-frame-options': 'DENY' } : {}),
    'referrer-policy': 'no-referrer',
    'x-robots-tag': 'noindex',
    'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    'cache-control': 'no-store',
    vary: 'accept-language',
  };
}
