import { type DataSource } from 'typeorm';
import { type Watch } from '../chain/chain-reader.js';
import { type ChainService } from '../chain/chain.service.js';
import { type ChainFactsService } from '../payments/chain-facts.service.js';

/** What a chain's blocks are read for: its tokens, and whatever reaches an address of ours. */
export async function watchOf(
  chainId: number,
  { chains, facts, dataSource }: { chains: ChainService; facts: ChainFactsService; dataSource: DataSource },
): Promise<Watch> {
  const tokens = await chains.tokensOf(chainId);
  return {
    tokens: new Set(tokens.map(({ address }) => address)),
    ownAmong: (addresses) => facts.ownAmong(dataSource.manager, addresses),
  };
}
