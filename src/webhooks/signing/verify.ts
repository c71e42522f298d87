import {
  createHmac,
  createPublicKey,
  type KeyObject,
  timingSafeEqual,
  verify as verifySignature,
} from 'node:crypto';

/** How far a webhook's time may be from ours, either way. */
const TOLERANCE_SECONDS = 300;

export interface VerifyOptions {
  /** `whsec_…` or any text; for endpoints that sign with ed25519, `whpk_…`. Several while one is rotated. */
  secret: string | readonly string[];
  /** As Node gives them; a `Headers` object will do as well. */
  headers: Headers | Record<string, string | string[] | undefined>;
  /** The body exactly as it came: parsed and printed again it is another one. */
  body: string | Buffer;
  toleranceSeconds?: number;
  /** ms since the epoch. */
  now?: number;
}

/** The webhook is not from whom it says, or not of now: answer 400 and forget it. */
export class WebhookVerificationError extends Error {}

/**
 * Verifies a webhook of Quittance (Standard Webhooks), in constant time. Uses nothing but Node.
 * @returns the webhook's JSON
 * @throws WebhookVerificationError
 */
export function verifyWebhook<T = Record<string, unknown>>(options: VerifyOptions): T {
  const { secret, headers, body, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = options;
  const id = headerOf(headers, 'webhook-id');
  const timestamp = headerOf(headers, 'webhook-timestamp');
  const signatures = headerOf(headers, 'webhook-signature').split(' ');
  const ageSeconds = now / 1000 - Number(timestamp);
  if (!/^\d+$/.test(timestamp))
    throw new WebhookVerificationError('webhook-timestamp is no number of seconds');
  if (ageSeconds > toleranceSeconds) throw new WebhookVerificationError('the webhook is too old');
  if (ageSeconds < -toleranceSeconds) throw new WebhookVerificationError('the webhook is of the future');
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), Buffer.from(body)]);
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (!secrets.some((one) => signatures.some((signature) => matches(one, signature, signed)))) {
    throw new WebhookVerificationError(
      'no signature matches; is it the secret of this endpoint, and the raw body?',
    );
  }
  return JSON.parse(body.toString()) as T;
}

export interface VerifyReturnOptions {
  /** The secret of any webhook endpoint of yours, as for webhooks. Several while one is rotated. */
  secret: string | readonly string[];
  /** The URL that the customer came back to, whole or from its path on. */
  url: string | URL;
  /** Of the order that the customer came back to: a return of another payment says nothing about it. */
  paymentId: string;
  toleranceSeconds?: number;
  /** ms since the epoch. */
  now?: number;
}

/** The return is not from Quittance, not of now, or of another payment: show the order as your webhooks left it. */
export class ReturnVerificationError extends Error {}

/**
 * Verifies what a customer's browser brought back to `success_url` or `cancel_url`, in constant time. It is of use for
 * what the page says; deliver on the webhook alone, which comes also when the browser does not.
 * @returns the payment's status when the customer left the pay page
 * @throws ReturnVerificationError
 */
export function verifyReturn(options: VerifyReturnOptions): { paymentId: string; status: string } {
  const { secret, url, paymentId, toleranceSeconds = TOLERANCE_SECONDS, now = Date.now() } = options;
  const { searchParams } = new URL(url, 'http://localhost');
  const said = (name: string): string => {
    const [value, ...more] = searchParams.getAll(name);
    if (value === undefined || value === '' || more.length > 0)
      throw new ReturnVerificationError(`${name} is missing, or there twice`);
    return value;
  };
  const [status, timestamp] = [said('status'), said('timestamp')];
  const ageSeconds = now / 1000 - Number(timestamp);
  if (!/^\d{1,12}$/.test(timestamp)) throw new ReturnVerificationError('timestamp is no number of seconds');
  if (Math.abs(ageSeconds) > toleranceSeconds) throw new ReturnVerificationError('the return is not of now');
  if (said('payment_id') !== paymentId) throw new ReturnVerificationError('the return is of another payment');
  const signed = `return.${paymentId}.${status}.${timestamp}`;
  const signatures = said('signature').split(',');
  const secrets = typeof secret === 'string' ? [secret] : secret;
  if (!secrets.some((one) => signatures.some((signature) => isReturnSignature(one, signature, signed))))
    throw new ReturnVerificationError(
      'no signature matches; is it the secret of an endpoint of this merchant?',
    );
  return { paymentId, status };
}

function isReturnSignature(secret: string, signature: string, signed: string): boolean {
  const expected = createHmac('sha256', keyOf(secret)).update(signed).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
}

function headerOf(headers: VerifyOptions['headers'], name: string): string {
  const value = headers instanceof Headers ? headers.get(name) : headers[name];
  if (typeof value === 'string' && value !== '') return value;
  throw new WebhookVerificationError(`the header ${name} is missing`);
}

function matches(secret: string, signature: string, signed: Buffer): boolean {
  const [version, text = ''] = signature.split(',');
  const given = Buffer.from(text, 'base64');
  if (secret.startsWith('whpk_')) {
    return version === 'v1a' && verifySignature(null, signed, publicKey(secret), given);
  }
  const expected = createHmac('sha256', keyOf(secret)).update(signed).digest();
  return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected);
}

function publicKey(text: string): KeyObject {
  const x = Buffer.from(text.slice('whpk_'.length), 'base64').toString('base64url');
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}
