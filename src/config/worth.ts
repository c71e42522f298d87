import { type ChainConfig } from './chains.js';
import { type Asset } from '../ids/ids.js';

/** What an amount is worth, in wei, by `native_value` of chains.yaml; null: nobody has said. */
export function valueInWei(chain: ChainConfig, tokenAddress: Asset, amount: bigint): bigint | null {
  if (tokenAddress === null) return amount;
  const token = chain.tokens.find(({ address }) => address === tokenAddress);
  if (token?.sweep?.nativeValue === undefined) return null;
  return (amount * token.sweep.nativeValue) / 10n ** BigInt(token.decimals);
}
