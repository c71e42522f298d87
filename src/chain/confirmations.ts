import { type ChainConfig, type Confirmations } from '../config/chains.js';
import { type Asset } from '../ids/ids.js';

/**
 * How deep a payment's transfers must be to count as final, in blocks, the transfer's own included.
 * @param amount the amount due, in base units: chains.yaml may ask for more depth from larger payments
 * @returns null where the chain's own finality decides
 */
export function requiredConfirmations(confirmations: Confirmations, amount: bigint): number | null {
  if (confirmations.kind === 'finality') return null;
  const tier = confirmations.tiers.find(({ upTo }) => upTo === null || amount <= upTo);
  return (tier ?? confirmations.tiers.at(-1))?.blocks ?? null;
}

/**
 * What chains.yaml says about an asset: the same number of base units is a fortune in one and nothing in another, so a
 * token may have tiers of its own.
 * @param tokenAddress lower-case; null: the native asset
 */
export function confirmationsOf(
  chain: Pick<ChainConfig, 'confirmations' | 'tokens'>,
  tokenAddress: Asset,
): Confirmations {
  const token = chain.tokens.find(({ address }) => address === tokenAddress);
  return token?.confirmations ?? chain.confirmations;
}

/** The greatest depth that any payment on the chain can wait for, in blocks; 0 where finality decides. */
export function deepestConfirmations(chain: Pick<ChainConfig, 'confirmations' | 'tokens'>): number {
  const all = [chain.confirmations, ...chain.tokens.map(({ confirmations }) => confirmations)];
  const depths = all.flatMap((one) => (one?.kind === 'blocks' ? one.tiers.map(({ blocks }) => blocks) : []));
  return Math.max(0, ...depths);
}
