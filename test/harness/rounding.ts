import fc from 'fast-check';
import { displayStep, exactAmount, optionAmount } from '../../src/payments/quote/option-amount.js';
import { compare, multiply, rational } from '../../src/rates/rational.js';

const upTo = (max: bigint) => fc.bigInt({ min: 1n, max });

/**
 * An option's amount is never worth less than the price, and never a display step more; none is left out but one that no
 * chain could hold.
 * @throws Error that shows the price, the rate and the decimals of which that is not true
 */
export function assertRounding(numRuns: number): void {
  fc.assert(
    fc.property(
      upTo(10n ** 20n),
      fc.tuple(upTo(10n ** 30n), upTo(10n ** 30n)),
      fc.integer({ min: 0, max: 36 }),
      fc.integer({ min: 0, max: 4 }),
      fc.integer({ min: 3, max: 18 }),
      (minorUnits, [numerator, denominator], decimals, digits, significant) => {
        const price = rational(minorUnits, 10n ** BigInt(digits));
        const rate = rational(numerator, denominator);
        const exact = exactAmount(price, rate, decimals);
        const amount = optionAmount(price, rate, decimals, significant);
        const step = displayStep(exact, significant);
        if (amount === null) return exact + step > 2n ** 256n - 1n;
        const worth = (units: bigint) => multiply(rational(units, 10n ** BigInt(decimals)), rate);
        return (
          compare(worth(amount), price) >= 0 &&
          compare(worth(amount - step), price) < 0 &&
          amount.toString().replace(/0+$/, '').length <= significant
        );
      },
    ),
    { numRuns },
  );
}
