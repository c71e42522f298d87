/** Amounts of prices as people and programs write them, and what is said of each; null: it is taken. */
export const WRITTEN_AMOUNTS: readonly (readonly [amount: string, currency: string, why: RegExp | null])[] = [
  ['49.9', 'EUR', null],
  ['49.90', 'EUR', null],
  ['49.901', 'EUR', /has 3 decimals, and EUR has 2: round it/],
  ['-1', 'EUR', /must be above zero/],
  ['1e3', 'EUR', /must be digits with at most one point/],
  ['1,5', 'EUR', /must have a point, not a comma/],
  ['', 'EUR', /is empty/],
  ['0', 'EUR', /must be above zero/],
  ['100', 'JPY', null],
  ['100.5', 'JPY', /must be a whole number: JPY has no decimals/],
];
