import { describe, expect, it } from '@jest/globals';
import { getAddress } from 'ethers';
import fc from 'fast-check';
import { checksumAddress } from './checksum-address.js';

describe('checksumAddress', () => {
  it('is what EIP-55 says', () => {
    const address = '0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed';
    expect(checksumAddress(address.toLowerCase())).toBe(address);
  });

  it('is what the library says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), (bytes) => {
        const address = `0x${Buffer.from(bytes).toString('hex')}`;
        expect(checksumAddress(address)).toBe(getAddress(address));
      }),
    );
  });
});
