import { createHmac } from 'node:crypto';

/**
 * Signs a webhook in both schemes.
 *
 * `webhook-signature` is Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, as `v1,…`. Its key is what
 * the base64 after `whsec_` stands for, or the UTF-8 of any other secret. `x-webhook-signature` is the older scheme
 * of ctrip: HMAC-SHA256 over the body, hex, keyed with the secret's text as it is configured, prefix and all.
 * @param timestamp seconds since the epoch, of this attempt
 * @param body the very text that will be sent
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Record<string, string> {
  const [current] = secrets;
  if (current === undefined) return {};
  const signed = `${id}.${timestamp}.${body}`;
  return {
    'webhook-signature': secrets
      .map((secret) => `v1,${hmac(signingKey(secret), signed, 'base64')}`)
      .join(' '),
    'x-webhook-signature': hmac(Buffer.from(current), body, 'hex'),
  };
}

function signingKey(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}

function hmac(key: Buffer, text: string, encoding: 'base64' | 'hex'): string {
  return createHmac('sha256', key).update(text).digest(encoding);
}
