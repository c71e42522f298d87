import { createHmac } from 'node:crypto';
import { hmacKey } from './signer.js';

/**
 * What a shop verifies the customer's return by: HMAC-SHA256, hex, over `return.<payment id>.<status>.<timestamp>`. It
 * begins as no webhook's id does, so that neither can be taken for the other.
 * @param timestamp seconds since the epoch
 */
export function returnSignature(
  secret: string,
  { paymentId, status, timestamp }: { paymentId: string; status: string; timestamp: number },
): string {
  return createHmac('sha256', hmacKey(secret))
    .update(`return.${paymentId}.${status}.${timestamp}`)
    .digest('hex');
}
