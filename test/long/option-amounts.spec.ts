import { expect, it } from '@jest/globals';
import { assertRounding } from '../harness/rounding.js';

it('no option of 100,000 is worth less than its price, or a display step more', () => {
  expect(() => assertRounding(100_000)).not.toThrow();
});
