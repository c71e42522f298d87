import { AbiCoder } from 'ethers';
import { type RatesConfig } from '../../config/rates.js';
import { toAddress } from '../../ids/ids.js';
import { type RunningAnvil } from './anvil.js';
import artifact from './price-feed.json' with { type: 'json' };

const DECIMALS = 8;
/** Made up, and close to what they may be: the dev chain prices in dollars and euros without a key or a network. */
const FEEDS = [
  { base: 'ETH', quote: 'USD', answer: 3_500_00000000n },
  { base: 'TUSD', quote: 'USD', answer: 1_00000000n },
  { base: 'EUR', quote: 'USD', answer: 1_16000000n },
];
/** They are updated in every block, of which there are two a minute at least. */
const HEARTBEAT_S = 600;

/** @param payer an account of the node @returns where the feeds are, in the order of `FEEDS` */
export async function deployFeeds(anvil: RunningAnvil, payer: string): Promise<string[]> {
  const hashes: string[] = [];
  for (const { base, quote, answer } of FEEDS) {
    const values = AbiCoder.defaultAbiCoder().encode(
      ['string', 'uint8', 'int256'],
      [`${base} / ${quote}`, DECIMALS, answer],
    );
    const data = artifact.bytecode + values.slice(2);
    hashes.push(await anvil.rpc<string>('eth_sendTransaction', [{ from: payer, data }]));
  }
  await anvil.rpc('evm_mine');
  const receipts = await Promise.all(
    hashes.map((hash) => anvil.rpc<{ contractAddress: string }>('eth_getTransactionReceipt', [hash])),
  );
  return receipts.map(({ contractAddress }) => contractAddress.toLowerCase());
}

/** The dev chain's own rates, in place of rates.yaml's. */
export function devRates(chain: string, addresses: readonly string[]): RatesConfig {
  return {
    pairs: FEEDS.map(({ base, quote }, index) => ({
      base,
      quote,
      sources: [
        {
          kind: 'feed',
          chain,
          address: toAddress(addresses[index] as string),
          heartbeatS: HEARTBEAT_S,
          decimals: DECIMALS,
          description: `${base} / ${quote}`,
        },
      ],
    })),
    pegs: { TUSD: 'USD' },
    sequencers: {},
    singleSourceOk: [],
  };
}
