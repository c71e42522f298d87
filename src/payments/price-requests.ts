import { Inject, Injectable } from '@nestjs/common';
import {
  allAssets,
  assetsNamed,
  type ConfiguredAsset,
  type StoredAsset,
  storedAssets,
} from '../auth/accepted-assets.js';
import { AuthService } from '../auth/auth.service.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { noChainNamed } from '../config/no-such-chain.error.js';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { RatesService } from '../rates/rates.service.js';
import { type Asked } from './asked.js';
import { type AcceptedAssetDto } from '../auth/dto/accept.dto.js';
import { type PriceDto } from './dto/price.dto.js';
import {
  type AmountField,
  AssetNotAcceptedError,
  NotPricedError,
  PriceRefusedError,
  RatesNotReadError,
} from './payment.errors.js';
import { parseAssetPrice, parsePrice, type Price } from './quote/price.js';
import { type AcceptedAsset, quote, type Quote } from './quote/quote.js';

/** What a merchant's payment with a price asks for. */
export interface PriceRequest {
  price: PriceDto;
  /** Left out, or null: all that the merchant accepts. */
  accept?: AcceptedAssetDto[] | null;
}

/** How long a payment with a price waits for the rates of a process that has just started. */
const FIRST_RATES_MS = 5_000;

/**
 * From a price to what it comes to in each asset: by rates that were read in the background, so that nothing is waited
 * for but, right after a start, the first reading of them.
 */
@Injectable()
export class PriceRequests {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly chains: ChainService,
    private readonly merchants: AuthService,
    private readonly rates: RatesService,
  ) {}

  /**
   * @throws PriceRefusedError, AssetNotAcceptedError; ValidationFailedError where `accept` names what is not there
   * @throws NotPricedError where it cannot be paid in any asset, with the reason for each
   * @throws RatesNotReadError where that is so since this process has just started
   */
  async asked(merchantId: string, request: PriceRequest): Promise<Omit<Asked, 'urls'>> {
    const price = this.priceOf(request.price);
    const { there, gone } = await this.accepted(merchantId, request.accept ?? null);
    const assets = there.map((asset) => this.assetOf(asset));
    const quoted = await this.quote(price, assets);
    const unavailable = [
      ...quoted.unavailable.map(({ asset, reason }) => ({
        chain: asset.chain,
        token_id: asset.tokenId,
        reason,
      })),
      ...gone,
    ];
    if (quoted.options.length === 0) {
      throw this.rates.firstReading.isUnderWay ? new RatesNotReadError() : new NotPricedError(unavailable);
    }
    const options = quoted.options.map(({ asset: { chainId, tokenId: id, ...asset }, amount, rate }) => {
      const { address, symbol, decimals } = asset;
      const chain = there.find((one) => one.chain.chainId === chainId)?.chain as ChainConfig;
      return { chain, asset: { id, address, symbol, decimals }, amount, rate };
    });
    return { price, options, unavailable };
  }

  private async quote(price: Price, assets: readonly AcceptedAsset[]): Promise<Quote> {
    const now = () => quote(price, assets, this.rates.book(), this.settings.rateSignificantDigits);
    const quoted = now();
    const lacksRate = quoted.unavailable.some(({ asset }) => asset.outOfService === null);
    if (!lacksRate || !this.rates.firstReading.isUnderWay) return quoted;
    await this.rates.firstReading.wait(FIRST_RATES_MS);
    return now();
  }

  /**
   * @param named what the amount is called where it was written
   * @throws PriceRefusedError
   */
  priceOf({ amount, currency, chain = null }: PriceDto, named: AmountField = 'amount'): Price {
    const price = chain === null ? parsePrice(amount, currency) : this.priceInAsset(amount, currency, chain);
    if (!('problem' in price)) return price;
    if (price.field === 'amount') throw new PriceRefusedError(named, price.problem);
    throw new PriceRefusedError('currency', price.problem + (chain === null ? this.chainHint(currency) : ''));
  }

  /** For whoever means an asset, and does not say of which chain. */
  private chainHint(currency: unknown): string {
    const found = allAssets(this.chains.all()).find((asset) => symbolOf(asset) === currency);
    return found ? `; for a price in the asset add its chain: "chain": "${found.chain.name}"` : '';
  }

  private priceInAsset(amount: unknown, currency: unknown, chain: string) {
    const ofChain = allAssets(this.chains.all()).filter((asset) => asset.chain.name === chain);
    if (ofChain.length === 0) throw new PriceRefusedError('chain', noChainNamed(chain, this.chains.all()));
    const named = ofChain.filter((asset) => symbolOf(asset) === currency);
    const [asset] = named;
    if (asset === undefined) {
      const symbols = [...new Set(ofChain.map(symbolOf))].join(', ');
      throw new PriceRefusedError('currency', `is no asset of chain "${chain}", which has: ${symbols}`);
    }
    if (named.length > 1)
      throw new PriceRefusedError('currency', `is the symbol of ${named.length} assets of chain "${chain}"`);
    const { chainId, address, symbol, decimals, rateSymbol } = this.assetOf(asset);
    return parseAssetPrice(amount, { chain, chainId, address, symbol, decimals, rateSymbol });
  }

  /** A request narrows what its merchant accepts, and never widens it. */
  async accepted(merchantId: string, accept: AcceptedAssetDto[] | null) {
    const chains = this.chains.all();
    const stored = await this.merchants.acceptedBy(merchantId);
    const known = allAssets(chains);
    const allowed =
      stored === null
        ? known
        : known.filter((asset) =>
            stored.some((one) => one.chain_id === asset.chain.chainId && one.token_id === asset.tokenId),
          );
    if (accept !== null) {
      const named = assetsNamed(accept, chains);
      const foreign = named.filter(
        ({ chain, tokenId }) => !allowed.some((one) => one.chain === chain && one.tokenId === tokenId),
      );
      if (foreign.length > 0) throw new AssetNotAcceptedError(foreign.map(nameOf));
      return { there: named, gone: [] };
    }
    if (stored === null) return { there: known.filter(({ token }) => token?.enabled !== false), gone: [] };
    const gone = stored
      .filter(
        (one) =>
          !known.some(({ chain, tokenId }) => chain.chainId === one.chain_id && tokenId === one.token_id),
      )
      .map(({ chain, token_id }) => ({ chain, token_id, reason: 'it is not served here any more' }));
    return { there: allowed, gone };
  }

  /** Assets that a request names, as they are kept for later. @throws ValidationFailedError, AssetNotAcceptedError */
  async chosen(merchantId: string, accept: AcceptedAssetDto[]): Promise<StoredAsset[]> {
    return storedAssets((await this.accepted(merchantId, accept)).there);
  }

  /**
   * Of assets that were chosen earlier, those that are served and accepted today, by their chains' names of today.
   * @throws AssetNotAcceptedError when none is left
   */
  async stillAccepted(merchantId: string, chosen: readonly StoredAsset[]): Promise<AcceptedAssetDto[]> {
    const { there } = await this.accepted(merchantId, null);
    const left = there.filter(({ chain, tokenId }) =>
      chosen.some((one) => one.chain_id === chain.chainId && one.token_id === tokenId),
    );
    if (left.length === 0)
      throw new AssetNotAcceptedError(chosen.map(({ chain, token_id: id }) => `${chain}/${id ?? 'native'}`));
    return left.map(({ chain, tokenId }) => ({ chain: chain.name, token_id: tokenId }));
  }

  private assetOf(configured: ConfiguredAsset): AcceptedAsset {
    const { chain, token, tokenId } = configured;
    const { symbol, decimals, rate } = token ?? chain.native;
    return {
      chain: chain.name,
      chainId: chain.chainId,
      tokenId,
      address: token?.address ?? null,
      symbol,
      decimals,
      rateSymbol: rate ?? symbol,
      outOfService: this.whyOutOfService(configured),
    };
  }

  private whyOutOfService({ chain, token }: ConfiguredAsset): string | null {
    const status = this.chains.status(chain.name);
    if (status.state === 'refused' || status.state === 'halted') {
      // For the next request, which the fix of a node may let pass. It never fails.
      if (status.state === 'refused') void this.chains.check(chain.name);
      return `chain "${chain.name}" takes no payments until its operator fixes it: ${status.reasons.join('; ')}`;
    }
    if (token === null) return null;
    if (!token.enabled) return `${token.symbol} on chain "${chain.name}" is disabled`;
    const problem = this.chains.tokenProblem(chain, token.address);
    if (problem === null) return null;
    void this.chains.check(chain.name);
    return `${token.symbol} on chain "${chain.name}" is out of service: ${problem.reason}`;
  }
}

function symbolOf({ chain, token }: ConfiguredAsset): string {
  return token?.symbol ?? chain.native.symbol;
}

function nameOf(asset: ConfiguredAsset): string {
  return `${asset.chain.name}/${symbolOf(asset)}`;
}
