import { nearest } from './nearest.js';
import { PRESETS } from './presets.js';

/** As vendors, wallets and other tools call the chains of presets. */
const OTHER_NAMES: Readonly<Record<string, keyof typeof PRESETS>> = {
  eth: 'ethereum',
  mainnet: 'ethereum',
  homestead: 'ethereum',
  arb: 'arbitrum',
  arb1: 'arbitrum',
  'arbitrum-one': 'arbitrum',
  op: 'optimism',
  matic: 'polygon',
  pol: 'polygon',
  amoy: 'polygon-amoy',
  bnb: 'bsc',
  'bnb-chain': 'bsc',
  binance: 'bsc',
  'binance-smart-chain': 'bsc',
  avax: 'avalanche',
  'avalanche-c': 'avalanche',
  fuji: 'avalanche-fuji',
  xdai: 'gnosis',
  gno: 'gnosis',
  chiado: 'gnosis-chiado',
  'zksync-era': 'zksync',
  era: 'zksync',
};

/** @returns the preset that a name, a chain id or a misspelling stands for; undefined: none */
export function presetMeant(asked: string): string | undefined {
  const byId = Object.entries(PRESETS).find(([, { chainId }]) => String(chainId) === asked.trim());
  if (byId) return byId[0];
  const name = asked
    .trim()
    .toLowerCase()
    .replace(/[\s_]+/g, '-');
  const bare = name.replace(/-?main(net)?$/, '').replace(/^main-?/, '');
  const names = Object.keys(PRESETS);
  const exact = [name, bare].find((one) => names.includes(one)) ?? OTHER_NAMES[name] ?? OTHER_NAMES[bare];
  return exact ?? nearest(name, names);
}
