import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import * as secp256k1 from 'tiny-secp256k1';
import { childPoint } from './bip32.js';

const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
const bytes = (value: bigint) => Buffer.from(value.toString(16).padStart(64, '0'), 'hex');
const GENERATOR = secp256k1.pointFromScalar(bytes(1n), false) as Uint8Array;

describe('childPoint', () => {
  it('adds what one call of the library adds', () => {
    const scalar = fc.bigInt({ min: 1n, max: ORDER - 1n });
    fc.assert(
      fc.property(scalar, scalar, (secret, tweak) => {
        const parent = secp256k1.pointFromScalar(bytes(secret), false) as Uint8Array;
        expect(childPoint(parent, bytes(tweak))).toEqual(
          secp256k1.pointAddScalar(parent, bytes(tweak), false),
        );
      }),
    );
  });

  it('has no point where the tweak is not below the order', () => {
    expect(childPoint(GENERATOR, bytes(ORDER))).toBeNull();
    expect(childPoint(GENERATOR, bytes(2n ** 256n - 1n))).toBeNull();
    expect(childPoint(GENERATOR, bytes(ORDER - 2n))).toHaveLength(65);
  });

  it('has no point where the sum is the point at infinity', () => {
    expect(childPoint(GENERATOR, bytes(ORDER - 1n))).toBeNull();
  });

  it('does not take a broken parent for an index without a key', () => {
    expect(() => childPoint(new Uint8Array(65), bytes(1n))).toThrow('Expected Point');
  });
});
