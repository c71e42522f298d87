import { type Random } from '../random.js';

export interface ChainSpec {
  name: string;
  native: string;
  /** Beside the token of 6 decimals that every chain has. */
  token: { symbol: string; decimals: number } | null;
  confirmations: number;
  endpoints: number;
}

/** What a seed's chains are: two or three of them, with a token each of 6, 8 and 18 decimals. */
export function chainSpecs(random: Random): ChainSpec[] {
  const specs: Omit<ChainSpec, 'confirmations' | 'endpoints'>[] = [
    { name: 'alpha', native: 'ETH', token: null },
    { name: 'beta', native: 'ETH', token: { symbol: 'WBT', decimals: 8 } },
    { name: 'gamma', native: 'POL', token: { symbol: 'DAI', decimals: 18 } },
  ];
  return specs.slice(0, random.pick([2, 3, 3])).map((spec) => ({
    ...spec,
    confirmations: random.between(1, 5),
    endpoints: random.pick([1, 1, 2]),
  }));
}
