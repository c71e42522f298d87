import { describe, expect, it } from '@jest/globals';
import { RLP } from '@ethereumjs/rlp';
import fc from 'fast-check';
import { encodeRlp, type Field } from './rlp.js';

const someBytes = fc.oneof(
  fc.uint8Array({ maxLength: 3 }),
  fc.uint8Array({ minLength: 50, maxLength: 60 }),
  fc.uint8Array({ minLength: 250, maxLength: 300 }),
);
const { field } = fc.letrec<{ field: Uint8Array | Uint8Array[]; list: Uint8Array[] }>((tie) => ({
  field: fc.oneof({ maxDepth: 4 }, someBytes, tie('list')),
  list: fc.array(tie('field') as fc.Arbitrary<Uint8Array>, { maxLength: 6 }),
}));

describe('encodeRlp', () => {
  it('encodes as the library does, bytes as well as hex', () => {
    fc.assert(
      fc.property(field, (value) => {
        const expected = Buffer.from(RLP.encode(value));
        expect(encodeRlp(value)).toEqual(expected);
        expect(encodeRlp(inHex(value))).toEqual(expected);
      }),
    );
  });

  it('encodes what is longer than 64 KiB', () => {
    const long = [new Uint8Array(70_000).fill(1), [new Uint8Array(17_000_000).fill(2)]];
    expect(encodeRlp(long).equals(RLP.encode(long))).toBe(true);
  });

  it('puts the type of an envelope in front', () => {
    expect(encodeRlp(['0x01'], 2)).toEqual(Buffer.from([2, 0xc1, 1]));
  });

  it('refuses what is not hex, rather than to encode a part of it', () => {
    for (const hex of ['0x12zz', '0x123', '0x1']) expect(() => encodeRlp([hex])).toThrow('not hex');
  });
});

function inHex(value: Field): Field {
  if (Array.isArray(value)) return value.map(inHex);
  return typeof value === 'string' ? value : `0x${Buffer.from(value).toString('hex')}`;
}
