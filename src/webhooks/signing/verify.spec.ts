import { describe, expect, it } from '@jest/globals';
import { signatureHeaders } from './signer.js';
import { generateSecret, generateSigningKey } from './signing-key.js';
import { verifyWebhook, type VerifyOptions, WebhookVerificationError } from './verify.js';

const SECRET = generateSecret();
const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const BODY = '{"type":"payment.confirmed","name":"größe €"}';

const signed = (secrets: string[], timestamp = NOW / 1000, body = BODY) => ({
  ...signatureHeaders(secrets, { id: 'evt_1', timestamp, body }),
  'webhook-id': 'evt_1',
  'webhook-timestamp': String(timestamp),
});
const verify = (change: Partial<VerifyOptions> = {}) =>
  verifyWebhook({ secret: SECRET, headers: signed([SECRET]), body: BODY, now: NOW, ...change });

describe('verifyWebhook', () => {
  it('gives the webhook, from text or bytes, headers of Node or of fetch', () => {
    const webhook = { type: 'payment.confirmed', name: 'größe €' };
    expect(verify()).toEqual(webhook);
    expect(verify({ body: Buffer.from(BODY) })).toEqual(webhook);
    expect(verify({ headers: new Headers(signed([SECRET])) })).toEqual(webhook);
  });

  it('accepts either secret while one is rotated, and any text as a secret', () => {
    const other = generateSecret();
    expect(verify({ headers: signed([other, SECRET]) })).toBeDefined();
    expect(verify({ secret: [other, SECRET] })).toBeDefined();
    expect(verify({ secret: 'größer', headers: signed(['größer']) })).toBeDefined();
  });

  it('verifies ed25519 with the public key alone', () => {
    const { privateKey, publicKey } = generateSigningKey();
    expect(verify({ secret: publicKey, headers: signed([SECRET, privateKey]) })).toBeDefined();
    expect(() => verify({ secret: generateSigningKey().publicKey, headers: signed([privateKey]) })).toThrow(
      WebhookVerificationError,
    );
  });

  it.each([
    ['another secret', { secret: generateSecret() }, 'no signature matches'],
    ['a changed byte', { body: `${BODY} ` }, 'no signature matches'],
    ['a time long past', { now: NOW + 301_000 }, 'too old'],
    ['a time to come', { now: NOW - 301_000 }, 'of the future'],
    ['a time that is none', { headers: { ...signed([SECRET]), 'webhook-timestamp': '1e9' } }, 'no number'],
    ['no signature', { headers: { ...signed([SECRET]), 'webhook-signature': undefined } }, 'missing'],
    [
      'a signature cut short',
      { headers: { ...signed([SECRET]), 'webhook-signature': 'v1,YQ==' } },
      'no signature',
    ],
    [
      'nothing but a version',
      { headers: { ...signed([SECRET]), 'webhook-signature': 'v1' } },
      'no signature',
    ],
    ['another id', { headers: { ...signed([SECRET]), 'webhook-id': 'evt_2' } }, 'no signature matches'],
  ])('refuses %s', (_what, change, words) => {
    expect(() => verify(change)).toThrow(WebhookVerificationError);
    expect(() => verify(change)).toThrow(words);
  });

  it('accepts what is 5 minutes old, and less or more when told to', () => {
    expect(verify({ now: NOW + 300_000 })).toBeDefined();
    expect(() => verify({ now: NOW + 11_000, toleranceSeconds: 10 })).toThrow('too old');
  });
});
