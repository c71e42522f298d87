import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';

const PRIVATE_PREFIX = 'whsk_';
const PUBLIC_PREFIX = 'whpk_';
const SEED_BYTES = 32;
/** RFC 8410: what stands before the 32 bytes of an ed25519 seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

/** Parsed keys: parsing one takes as long as signing with it. */
const parsed = new Map<string, KeyObject>();
const MAX_PARSED = 1_000;

export interface SigningKeyPair {
  /** `whsk_` and, in base64, seed and public key: 64 bytes, as Standard Webhooks writes them. */
  privateKey: string;
  /** `whpk_` and the 32 bytes in base64. */
  publicKey: string;
}

/** A webhook secret as Standard Webhooks wants it: 32 random bytes. */
export function generateSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}

/** An ed25519 key pair, for endpoints that would rather hold no secret. */
export function generateSigningKey(): SigningKeyPair {
  const { privateKey } = generateKeyPairSync('ed25519');
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const seed = Buffer.from(d, 'base64url');
  const publicBytes = Buffer.from(x, 'base64url');
  return {
    privateKey: PRIVATE_PREFIX + Buffer.concat([seed, publicBytes]).toString('base64'),
    publicKey: PUBLIC_PREFIX + publicBytes.toString('base64'),
  };
}

export function isSigningKey(secret: string): boolean {
  return secret.startsWith(PRIVATE_PREFIX);
}

export function privateKeyOf(text: string): KeyObject {
  const known = parsed.get(text);
  if (known) return known;
  const seed = Buffer.from(text.slice(PRIVATE_PREFIX.length), 'base64').subarray(0, SEED_BYTES);
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  if (parsed.size >= MAX_PARSED) parsed.clear();
  parsed.set(text, key);
  return key;
}
