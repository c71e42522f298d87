import { type Confirmations } from '../config/chains.js';

/**
 * How deep a payment's transfers must be to count as final, in blocks, the transfer's own included.
 * @param amount the amount due, in base units: chains.yaml may ask for more depth from larger payments
 * @returns null where the chain's own finality decides
 */
export function requiredConfirmations(confirmations: Confirmations, amount: bigint): number | null {
  if (confirmations.kind === 'finalized') return null;
  const tier = confirmations.tiers.find(({ upTo }) => upTo === null || amount <= upTo);
  return (tier ?? confirmations.tiers.at(-1))?.blocks ?? null;
}

/** The greatest depth that any payment on the chain can wait for, in blocks; 0 where finality decides. */
export function deepestConfirmations(confirmations: Confirmations): number {
  return confirmations.kind === 'finalized'
    ? 0
    : Math.max(...confirmations.tiers.map(({ blocks }) => blocks));
}
