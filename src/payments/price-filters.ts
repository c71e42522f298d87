import { allAssets } from '../auth/accepted-assets.js';
import { type ChainConfig } from '../config/chains.js';
import { ValidationFailedError } from '../http/problem.js';
import { type ChainId } from '../ids/ids.js';
import { digitsOf } from '../rates/money.js';
import { type ListPaymentsDto } from './dto/list-payments.dto.js';

export interface PriceFilters {
  asset?: { chainId: ChainId; tokenId: string | null };
  currency?: string;
  /** In minor units of the currency. */
  priceMin?: bigint;
  priceMax?: bigint;
}

type Query = Pick<ListPaymentsDto, 'asset' | 'currency' | 'price_min' | 'price_max'>;

/** What a list of payments is narrowed by, of assets and prices. @throws ValidationFailedError */
export function priceFilters(query: Query, chains: readonly ChainConfig[]): PriceFilters {
  const { currency } = query;
  if (currency !== undefined) requireKnownSpelling(currency, chains);
  const filters: PriceFilters = {};
  if (query.asset !== undefined) filters.asset = assetNamed(query.asset, chains);
  if (currency !== undefined) filters.currency = currency;
  if (query.price_min !== undefined) filters.priceMin = bound('price_min', query.price_min, currency);
  if (query.price_max !== undefined) filters.priceMax = bound('price_max', query.price_max, currency);
  return filters;
}

function assetNamed(written: string, chains: readonly ChainConfig[]) {
  const [name, symbol = ''] = written.split('/');
  const named = allAssets(chains).filter(
    ({ chain, token }) =>
      chain.name === name &&
      ((token?.symbol ?? chain.native.symbol) === symbol || token?.address === symbol.toLowerCase()),
  );
  const [asset] = named;
  if (asset === undefined)
    throw refusal('asset', `names no asset that GET /chains lists: there is no "${symbol}" on "${name}"`);
  if (named.length > 1)
    throw refusal('asset', `names ${named.length} assets of that symbol: give the token’s address`);
  return { chainId: asset.chain.chainId, tokenId: asset.tokenId };
}

/** `eur` would be answered by an empty list, as if there were none. Assets are called as they like. */
function requireKnownSpelling(currency: string, chains: readonly ChainConfig[]): void {
  const capitals = currency.toUpperCase();
  const isAsset = allAssets(chains).some(
    ({ chain, token }) => (token?.symbol ?? chain.native.symbol) === currency,
  );
  if (currency !== capitals && digitsOf(capitals) !== undefined && !isAsset)
    throw refusal('currency', `must be in capitals: currency=${capitals}`);
}

/** A price in an asset is in base units of it, of which a currency's code says nothing: its range needs a currency. */
function bound(field: string, amount: string, currency: string | undefined): bigint {
  const digits = currency === undefined ? undefined : digitsOf(currency);
  if (typeof digits !== 'number')
    throw refusal(field, 'needs currency, a code of ISO 4217, as in currency=EUR');
  const [, whole = '', fraction = ''] = /^(\d{1,30})(?:\.(\d{1,10}))?$/.exec(amount) ?? [];
  if (whole === '' || fraction.length > digits)
    throw refusal(field, `must be a decimal with at most ${digits} decimals, as in ${field}=49`);
  return BigInt(whole + fraction.padEnd(digits, '0'));
}

function refusal(field: string, message: string): ValidationFailedError {
  return new ValidationFailedError([{ field, message }]);
}
