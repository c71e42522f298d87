import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Token } from '../chain/tokens/token.entity.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { type NamedAsset } from './named-asset.js';
import { type Asset, type ChainId } from '../ids/ids.js';

/** An asset by where it is. */
export interface AssetPlace {
  chainId: ChainId;
  /** Lower-case; null: the chain's native asset. */
  tokenAddress: Asset;
}

/** What assets and chains are called. */
@Injectable()
export class NamedAssets {
  readonly chains: ReadonlyMap<number, ChainConfig>;

  constructor(@Inject(CHAINS) chains: ChainConfig[]) {
    this.chains = new Map(chains.map((chain) => [chain.chainId, chain]));
  }

  /** A chain that chains.yaml no longer lists is not known by the name of its asset. */
  native(chainId: ChainId): NamedAsset {
    const { symbol, decimals } = this.chains.get(chainId)?.native ?? { symbol: 'native', decimals: 18 };
    return { id: null, address: null, symbol, decimals };
  }

  /** @returns what finds the asset at one of the places */
  async at(
    manager: EntityManager,
    places: readonly AssetPlace[],
  ): Promise<(place: AssetPlace) => NamedAsset> {
    const named = places.flatMap(({ chainId, tokenAddress: address }) =>
      address === null ? [] : [{ chainId, address }],
    );
    const distinct = [...new Map(named.map((one) => [`${one.chainId} ${one.address}`, one])).values()];
    const tokens = distinct.length > 0 ? await manager.findBy(Token, distinct) : [];
    return ({ chainId, tokenAddress }) => {
      if (tokenAddress === null) return this.native(chainId);
      const token = tokens.find((one) => one.chainId === chainId && one.address === tokenAddress);
      return token ?? { id: null, address: tokenAddress, symbol: tokenAddress, decimals: 0 };
    };
  }
}
