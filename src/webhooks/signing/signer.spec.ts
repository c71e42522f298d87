import { createHmac, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { signatureHeaders } from './signer.js';
import { generateSecret, generateSigningKey } from './signing-key.js';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const now = () => Math.floor(Date.now() / 1000);

describe('signatureHeaders', () => {
  it('gives the conformance vector of Standard Webhooks', () => {
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1614265330,
      body: '{"test": 2432232314}',
    };
    expect(signatureHeaders([SECRET], message)['webhook-signature']).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is accepted by the official library, with either secret while one is rotated', () => {
    const older = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;
    fc.assert(
      fc.property(fc.json(), (body) => {
        const message = { id: 'evt_1', timestamp: now(), body };
        const headers = {
          ...signatureHeaders([SECRET, older], message),
          'webhook-id': 'evt_1',
          'webhook-timestamp': String(message.timestamp),
        };
        for (const secret of [SECRET, older]) {
          expect(() => new Webhook(secret).verify(body, headers)).not.toThrow();
        }
        expect(() => new Webhook(SECRET).verify(`${body} `, headers)).toThrow();
        expect(() =>
          new Webhook(`whsec_${Buffer.alloc(32, 1).toString('base64')}`).verify(body, headers),
        ).toThrow();
      }),
    );
  });

  it('signs with the UTF-8 of a secret without prefix', () => {
    const message = { id: 'evt_1', timestamp: 1, body: '{}' };
    const expected = createHmac('sha256', 'größer').update('evt_1.1.{}').digest('base64');
    expect(signatureHeaders(['größer'], message)['webhook-signature']).toBe(`v1,${expected}`);
  });

  it('keeps ctrip’s hex signature: over the raw body, keyed with the secret’s text, prefix and all', () => {
    const message = { id: 'evt_1', timestamp: 1, body: '{"é":1}' };
    const expected = createHmac('sha256', SECRET).update(Buffer.from('{"é":1}', 'utf8')).digest('hex');
    expect(signatureHeaders([SECRET, 'other'], message)['x-webhook-signature']).toBe(expected);
  });

  it('signs nothing without a secret', () => {
    expect(signatureHeaders([], { id: 'evt_1', timestamp: 1, body: '{}' })).toEqual({});
  });

  it('signs with ed25519 too, so that whoever holds the public key alone can verify', () => {
    const { privateKey, publicKey } = generateSigningKey();
    const message = { id: 'evt_1', timestamp: 1, body: '{"é":1}' };
    const signatures = signatureHeaders([SECRET, privateKey], message)['webhook-signature']!.split(' ');
    expect(signatures.map((signature) => signature.split(',')[0])).toEqual(['v1', 'v1a']);
    const raw = Buffer.from(publicKey.slice('whpk_'.length), 'base64');
    const key = createPublicKey({
      key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') },
      format: 'jwk',
    });
    const signature = Buffer.from(signatures[1]!.slice('v1a,'.length), 'base64');
    expect(verify(null, Buffer.from('evt_1.1.{"é":1}'), key, signature)).toBe(true);
    expect(verify(null, Buffer.from('evt_1.1.{"é":2}'), key, signature)).toBe(false);
  });

  it('leaves the hex signature to secrets: a key pair alone has none', () => {
    const headers = signatureHeaders([generateSigningKey().privateKey], {
      id: 'a',
      timestamp: 1,
      body: '{}',
    });
    expect(Object.keys(headers)).toEqual(['webhook-signature']);
  });

  it('makes secrets of 32 bytes and keys of 64 and 32, none like another', () => {
    const bytes = (text: string) => Buffer.from(text.split('_')[1]!, 'base64').length;
    const pair = generateSigningKey();
    expect([generateSecret(), pair.privateKey, pair.publicKey].map(bytes)).toEqual([32, 64, 32]);
    expect(new Set(Array.from({ length: 20 }, generateSecret)).size).toBe(20);
  });
});
