import { type StoredAsset } from '../auth/accepted-assets.js';
import { type ChainConfig } from '../config/chains.js';
import { named } from './option.js';
import { UsageError } from './usage.error.js';

export const ACCEPT_FLAGS = '--accept <assets>';
export const ACCEPT =
  'what payments with a price may be paid in: chain/SYMBOL or chain/0x…, with commas between them; all: everything that is enabled';

/** An asset as a person names it: `base/USDC`, `base/0x8335…`. */
interface WrittenAsset {
  chain: string;
  /** A symbol, or a token's address. */
  asset: string;
}

export type WrittenAssets = WrittenAsset[] | 'all';

export const writtenAssets = named('--accept', (text): WrittenAssets => {
  if (text.trim().toLowerCase() === 'all') return 'all';
  return text.split(',').map((one) => {
    const [chain = '', asset = '', ...more] = one.trim().split('/');
    if (chain === '' || asset === '' || more.length > 0)
      throw new UsageError('is not chain/SYMBOL, as in base/USDC,base/ETH; or all');
    return { chain, asset };
  });
});

/**
 * What is kept with the merchant; null: everything.
 * @throws Error that says which are there, or that two tokens have this symbol
 */
export async function acceptedOf(
  written: WrittenAssets,
  chains: readonly ChainConfig[],
): Promise<StoredAsset[] | null> {
  if (written === 'all') return null;
  const { allAssets, storedAssets } = await import('./auth-services.js');
  const known = allAssets(chains);
  const found = written.map(({ chain, asset }) => {
    const there = known.filter((one) => one.chain.name === chain);
    if (there.length === 0)
      throw new UsageError(
        `there is no chain "${chain}" here: ${chains.map(({ name }) => name).join(', ') || 'none'}`,
      );
    const symbolOf = (one: (typeof there)[number]) => one.token?.symbol ?? one.chain.native.symbol;
    const meant = there.filter(
      (one) => one.token?.address === asset.toLowerCase() || symbolOf(one) === asset,
    );
    const [one] = meant;
    if (one === undefined)
      throw new UsageError(`chain "${chain}" has no "${asset}": ${there.map(symbolOf).join(', ')}`);
    if (meant.length > 1)
      throw new UsageError(
        `chain "${chain}" has ${meant.length} assets "${asset}": give the token’s address`,
      );
    return one;
  });
  return storedAssets([...new Set(found)]);
}
