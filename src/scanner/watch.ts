import { type DataSource } from 'typeorm';
import { type Watch } from '../chain/reading/chain-reader.js';
import { type ChainService } from '../chain/chain.service.js';
import { type Chain } from '../chain/chain.js';
import { type ChainFactsService } from '../payments/chain-facts.service.js';
import { Coalescer } from '../process/coalescer.js';
import { type Address } from '../ids/ids.js';

/** What a chain's blocks are read for: its tokens, and whatever reaches an address of ours. */
export async function watchOf(
  chain: Chain,
  { chains, facts, dataSource }: { chains: ChainService; facts: ChainFactsService; dataSource: DataSource },
): Promise<Watch> {
  const tokens = await chains.tokensOf(chain.chainId);
  // Blocks that came in one answer are looked up together.
  const lookUps = new Coalescer<readonly Address[], ReadonlySet<Address>>(async (asked) => {
    const own = await facts.ownAmong(dataSource.manager, [...new Set(asked.flat())]);
    return asked.map((addresses) => new Set(addresses.filter((address) => own.has(address))));
  });
  return {
    tokens: new Set(
      tokens.map(({ address }) => address).filter((address) => !chain.tokenProblem(address)?.isNative),
    ),
    ownAmong: (addresses) => lookUps.call(addresses),
  };
}
