import { describe, expect, it } from '@jest/globals';
import { type Settings } from '../config/settings.js';
import { NotSealedError, Sealer, UnknownEncryptionKeyError } from './sealing.js';

const KEY = `k1:${Buffer.alloc(32, 7).toString('base64')}`;
const sealer = new Sealer({ encryptionKey: KEY } as Settings);
const SEALED = sealer.seal('secret');

describe('Sealer', () => {
  it('opens what it sealed', () => {
    expect(sealer.open(SEALED)).toBe('secret');
  });

  // A Buffer of `{ length: n }` has n bytes: what comes from strangers must not say how much memory is taken.
  it.each([
    ['nothing', null],
    ['a text', 'secret'],
    ['a list', []],
    ['a length for the iv', { ...SEALED, iv: { length: 4_000_000_000 } }],
    ['a length for the text', { ...SEALED, ciphertext: { length: 4_000_000_000 } }],
    ['a list for the tag', { ...SEALED, tag: [1, 2, 3] }],
    ['no key', { ...SEALED, key_id: undefined }],
    ['a key that is an object', { ...SEALED, key_id: {} }],
    ['an iv that is too short', { ...SEALED, iv: 'AAAA' }],
    ['an empty iv', { ...SEALED, iv: '' }],
    [
      'a tag that was cut to four bytes',
      { ...SEALED, tag: Buffer.from(SEALED.tag, 'base64').subarray(0, 4).toString('base64') },
    ],
    ['an empty tag', { ...SEALED, tag: '' }],
  ])('refuses %s', (_name, sealed) => {
    expect(() => sealer.open(sealed)).toThrow(NotSealedError);
  });

  it('says which key is missing', () => {
    expect(() => sealer.open({ ...SEALED, key_id: 'k2' })).toThrow(UnknownEncryptionKeyError);
  });

  it('refuses what was changed', () => {
    const [first, ...rest] = Buffer.from(SEALED.ciphertext, 'base64');
    const ciphertext = Buffer.from([(first as number) ^ 1, ...rest]).toString('base64');
    expect(() => sealer.open({ ...SEALED, ciphertext })).toThrow();
  });
});
