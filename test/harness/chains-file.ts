import { writeFileSync } from 'node:fs';
import { stringify } from 'yaml';
import { type ChainConfig } from '../../src/config/chains.js';

/** Writes a chains.yaml, as a process of its own reads it. */
export function writeChainsFile(path: string, ...chains: ChainConfig[]): void {
  writeFileSync(path, stringify(chains.map(entryOf)));
}

function entryOf(chain: ChainConfig) {
  const { confirmations } = chain;
  return {
    name: chain.name,
    chain_id: chain.chainId,
    rpc_urls: chain.rpcUrls,
    ...(chain.wsUrls.length === 0 ? {} : { ws_urls: chain.wsUrls }),
    confirmations: confirmations.kind === 'finality' ? confirmations.tag : confirmations.tiers.at(-1)?.blocks,
    block_time_ms: chain.blockTimeMs,
    native: chain.native,
    ...(chain.sweep.batches === undefined
      ? {}
      : {
          sweep: {
            path: 'eip7702',
            delegate: chain.sweep.batches.delegate,
            batch: chain.sweep.batches.size,
          },
        }),
    tokens: chain.tokens.map(({ symbol, address, decimals }) => ({ symbol, address, decimals })),
  };
}
