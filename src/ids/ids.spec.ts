import { describe, expect, it } from '@jest/globals';
import {
  NotAChainIdError,
  NotAnAddressError,
  NotATxHashError,
  toAddress,
  toChainId,
  toTokenAddress,
  toTxHash,
} from './ids.js';

const CHECKSUMMED = '0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359';
const LOWER = CHECKSUMMED.toLowerCase();

describe('an address', () => {
  it('is lower-case, whether it came so or with its checksum', () => {
    for (const make of [toAddress, toTokenAddress])
      expect([make(LOWER), make(CHECKSUMMED)]).toEqual([LOWER, LOWER]);
  });

  it.each([
    '',
    '0x',
    LOWER.slice(0, -1),
    `${LOWER}0`,
    CHECKSUMMED.replace('fB', 'Fb'),
    `0x${'g'.repeat(40)}`,
  ])('is not %j', (text) => {
    for (const make of [toAddress, toTokenAddress]) expect(() => make(text)).toThrow(NotAnAddressError);
  });
});

describe('a transaction hash', () => {
  it('is lower-case', () => {
    expect(toTxHash(`0x${'AB'.repeat(32)}`)).toBe(`0x${'ab'.repeat(32)}`);
  });

  it.each(['', LOWER, 'ab'.repeat(32), `0x${'ab'.repeat(33)}`])('is not %j', (text) => {
    expect(() => toTxHash(text)).toThrow(NotATxHashError);
  });
});

describe('a chain id', () => {
  it('is a whole number above 0', () => {
    expect(toChainId(31_337)).toBe(31_337);
    for (const number of [0, -1, 1.5, NaN, 2 ** 53])
      expect(() => toChainId(number)).toThrow(NotAChainIdError);
  });
});
