import { describe, expect, it } from '@jest/globals';
import { awaitedOption } from './awaited-option.js';

const option = (name: string, received: string, confirmed: string, depth: [number, number | null]) => ({
  name,
  amount_received: received,
  amount_confirmed: confirmed,
  confirmations: depth[0],
  required_confirmations: depth[1],
});

describe('what a payment on several chains waits for', () => {
  it.each([
    [
      'the one with most blocks to go',
      'slow',
      [
        option('deep', '40', '40', [9, 2]),
        option('soon', '9', '0', [3, 4]),
        option('slow', '30', '0', [2, 6]),
      ],
    ],
    [
      'not an asset that brought nothing',
      'paid',
      [option('unpaid', '0', '0', [0, 12]), option('paid', '30', '10', [3, 4])],
    ],
    [
      'blocks before finality',
      'blocks',
      [option('final', '5', '0', [90, null]), option('blocks', '5', '0', [1, 2])],
    ],
    [
      'finality where it is alone',
      'final',
      [option('deep', '5', '5', [3, 2]), option('final', '5', '0', [90, null])],
    ],
    ['nothing when all is deep', undefined, [option('deep', '5', '5', [3, 2])]],
  ])('is %s', (_, name, options) => {
    expect(awaitedOption(options)?.name).toBe(name);
  });
});
