import { createHmac, sign } from 'node:crypto';
import { isSigningKey, privateKeyOf } from './signing-key.js';

/**
 * Signs a webhook in both schemes.
 *
 * `webhook-signature` is Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, as `v1,…`. Its key is what
 * the base64 after `whsec_` stands for, or the UTF-8 of any other secret. `x-webhook-signature` is the older scheme
 * of ctrip: HMAC-SHA256 over the body, hex, keyed with the secret's text as it is configured, prefix and all.
 * A `whsk_` key signs the same with ed25519, as `v1a,…`.
 * @param secrets the current one first, then those that a rotation has not yet ended
 * @param timestamp seconds since the epoch, of this attempt
 * @param body the very text that will be sent
 */
export function signatureHeaders(
  secrets: readonly string[],
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): Record<string, string> {
  if (secrets.length === 0) return {};
  const signed = `${id}.${timestamp}.${body}`;
  const current = secrets.find((secret) => !isSigningKey(secret));
  return {
    'webhook-signature': secrets.map((secret) => standardSignature(secret, signed)).join(' '),
    ...(current === undefined ? {} : { 'x-webhook-signature': hmac(Buffer.from(current), body, 'hex') }),
  };
}

function standardSignature(secret: string, signed: string): string {
  if (!isSigningKey(secret)) return `v1,${hmac(hmacKey(secret), signed, 'base64')}`;
  return `v1a,${sign(null, Buffer.from(signed), privateKeyOf(secret)).toString('base64')}`;
}

export function hmacKey(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
}

function hmac(key: Buffer, text: string, encoding: 'base64' | 'hex'): string {
  return createHmac('sha256', key).update(text).digest(encoding);
}
