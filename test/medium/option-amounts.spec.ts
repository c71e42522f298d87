import { expect, it } from '@jest/globals';
import { assertRounding } from '../harness/rounding.js';

it('no option is worth less than its price, or a display step more', () => {
  expect(() => assertRounding(2_000)).not.toThrow();
});
