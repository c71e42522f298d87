import { describe, expect, it } from '@jest/globals';
import { mostTransferGas } from './gas.js';

const bounds = { maxGas: undefined, plain: 21_000n, blockGas: 45_000_000n };

describe('the most gas that a transfer may take', () => {
  it.each([
    ['a million on Ethereum', {}, 1_000_000n],
    ['what the operator says', { maxGas: 3_000_000n }, 3_000_000n],
    [
      'in proportion where a chain counts in other units',
      { plain: 42_000_000n, blockGas: 10n ** 12n },
      2n * 10n ** 9n,
    ],
    ['half a block at the most', { blockGas: 1_500_000n }, 750_000n],
    [
      'less than one transaction may take (EIP-7825)',
      { maxGas: 10n ** 9n, blockGas: 10n ** 9n },
      16_000_000n,
    ],
    [
      'half a block where one transaction may take more',
      { maxGas: 10n ** 12n, plain: 42_000_000n, blockGas: 10n ** 11n },
      5n * 10n ** 10n,
    ],
  ])('is %s', (_what, given, most) => {
    expect(mostTransferGas({ ...bounds, ...given })).toBe(most);
  });
});
