const MAX_UINT256 = 2n ** 256n - 1n;
/** 2^256−1 has 78 digits. Checked before BigInt(), whose cost grows with the square of the length. */
const MAX_DIGITS = 78;

/**
 * Reads an amount in base units as it came in JSON: a string of digits, or a number that lost none.
 * @returns the amount, or a sentence saying why it cannot be one
 */
export function parseAmount(given: unknown): bigint | string {
  if (typeof given === 'number') return amountOfNumber(given);
  if (typeof given !== 'string')
    return 'send the amount in base units as a string of digits: "amount": "1000000"';
  if (/^-\d+/.test(given)) return 'the amount must be above zero';
  if (/^\d+[.,]\d*$/.test(given)) {
    return 'the amount is a whole number of base units (wei, or the token’s smallest unit), without a fraction';
  }
  if (!/^\d+$/.test(given)) return 'the amount must consist of the digits 0–9 only, as in "1000000"';
  if (/^0\d/.test(given)) return 'the amount must not start with a zero';
  if (given.length > MAX_DIGITS) return 'the amount is above 2^256−1, the largest a chain can hold';
  return amountInRange(BigInt(given));
}

function amountOfNumber(given: number): bigint | string {
  if (Math.abs(given) > Number.MAX_SAFE_INTEGER) {
    return `the amount ${given} is above 2^53−1 and lost digits in JSON; send it as a string: "amount": "…"`;
  }
  if (!Number.isInteger(given)) {
    return 'the amount is a whole number of base units (wei, or the token’s smallest unit), without a fraction';
  }
  return amountInRange(BigInt(given));
}

function amountInRange(amount: bigint): bigint | string {
  if (amount <= 0n) return 'the amount must be above zero';
  if (amount > MAX_UINT256) return 'the amount is above 2^256−1, the largest a chain can hold';
  return amount;
}
