/**
 * Tells the shop's page that shows this one, or opened it, how the payment stands: its id and its status, and nothing
 * else. Each message names the one origin that may read it; the browser drops it anywhere else.
 */
export function tellOpener(origins: readonly string[], paymentId: string, status: string): void {
  const listener = window.parent === window ? (window.opener as Window | null) : window.parent;
  if (!listener) return;
  for (const origin of origins) {
    if (!/^https?:\/\/[^/*]+$/.test(origin)) continue;
    try {
      listener.postMessage({ payment_id: paymentId, status }, origin);
    } catch {
      // An origin that no browser can parse reaches nobody.
    }
  }
}
