import { PRESET_TOKENS } from './preset-tokens.js';

/** A chain as chains.yaml would describe it; what is written beside `preset` wins. */
export interface Preset {
  chainId: number;
  native: string;
  blockTimeMs: number;
  /** Blocks until a payment counts as final, and why so many. */
  confirmations: { blocks: number; because: string };
  explorerUrl: string;
  /** What is known of its nodes; for docs/chains.md. */
  habits?: string;
}

const ONE_EPOCH = 'an epoch: by then validators with two thirds of the stake have voted on the block';
const ONE_MINUTE =
  'about a minute of a single sequencer that has not reordered it; for amounts that matter take `finalized`';
/** Scroll's nodes know the tag only where they verify the rollup, and no `safe` (see `FINALITY`). */
const SEQUENCED = 'about a minute of a single sequencer that has not reordered it';
const PROBABLE = 'deep enough that the validators of several rounds have built on it';
const TEST = 'a test network: nothing is at stake';

/** What the tag `finalized` of a chain's nodes means, and where that is said. */
export interface Finality {
  means: string;
  source: string;
}

const OP_STACK: Finality = {
  means: 'its data is in a final block of Ethereum',
  source: 'docs.optimism.io/stack/transactions/transaction-finality',
};

/** By the preset's name, that of the main network, for which no test network is told apart. Looked up in November 2026. */
export const FINALITY: Readonly<Record<string, Finality>> = {
  ethereum: {
    means: 'final by two thirds of the stake; an error or null until there is one',
    source: 'github.com/ethereum/execution-apis, pull requests 200 and 879',
  },
  base: OP_STACK,
  arbitrum: {
    means: 'its batch is in a final block of Ethereum',
    source: 'github.com/OffchainLabs/nitro, release v2.0.10; docs.arbitrum.io, finality and reorgs',
  },
  optimism: OP_STACK,
  polygon: {
    means: 'the last milestone of its validators',
    source: 'PIP-11; github.com/maticnetwork/bor, pull request 517',
  },
  bsc: {
    means: 'voted final by its validators',
    source: 'BEP-126; github.com/node-real/bsc, pull request 70',
  },
  avalanche: {
    means: 'whatever is the latest is final, and the tag is to be given up with SAE: take a number of blocks',
    source: 'github.com/ava-labs/builders-hub, pull request 148; avalanche-foundation/ACPs, pull request 214',
  },
  gnosis: {
    means: 'final by two thirds of its validators',
    source: 'docs.chainstack.com/reference/gnosis-getblockbynumber',
  },
  celo: { ...OP_STACK, source: `as any of the OP stack: ${OP_STACK.source}` },
  linea: {
    means: 'proved on Ethereum; known to all methods but eth_call',
    source: 'docs.linea.build/network/how-to/finalized-block',
  },
  scroll: {
    means: 'known only to nodes that verify the rollup; no safe, which is null: take a number of blocks',
    source: 'github.com/scroll-tech/go-ethereum, issue 716 and pull request 548',
  },
  zksync: {
    means: 'executed on Ethereum',
    source: 'github.com/matter-labs/zksync-os-server, pull request 1235; for Era no source at hand',
  },
  mantle: {
    means: 'known since the end of 2023',
    source: 'github.com/mantlenetworkio/mantle, pull request 1385',
  },
  sonic: {
    means: 'the latest block: nothing is ever replaced',
    source: 'github.com/Fantom-foundation/Sonic, pull requests 373 and 388',
  },
};

const HOUR_MS = 60 * 60_000;
/** Linea, Scroll, ZKsync Era and their test networks: what is final was proved on Ethereum, at times hours apart. */
const PROVED_BELOW = [59_144, 59_141, 534_352, 534_351, 324, 300];

/** A chain's final block that did not move for so long, in ms, stands still. */
export function finalityPatienceMs(chainId: number): number {
  return PROVED_BELOW.includes(chainId) ? 12 * HOUR_MS : HOUR_MS;
}

/**
 * Chain ids, native assets, explorers and block times: viem's chain definitions (github.com/wevm/viem,
 * src/chains/definitions and the chainConfig of each stack, read in August 2026). Of networks for which it names no
 * block time, that of their main network is taken; Mantle's is that of the OP stack it is built from. BNB Smart Chain's
 * is that of BEP-619 (docs.bnbchain.org/announce/fermi-bsc): on the main network since 2026-01-14.
 * Left out: a test network of Sonic, since sources name different ones.
 */
export const PRESETS = {
  ethereum: chain(1, 'ETH', 12_000, 32, ONE_EPOCH, 'https://etherscan.io'),
  sepolia: chain(11_155_111, 'ETH', 12_000, 8, TEST, 'https://sepolia.etherscan.io'),
  base: chain(8_453, 'ETH', 2_000, 30, ONE_MINUTE, 'https://basescan.org'),
  'base-sepolia': chain(84_532, 'ETH', 2_000, 8, TEST, 'https://sepolia.basescan.org'),
  arbitrum: chain(42_161, 'ETH', 250, 240, ONE_MINUTE, 'https://arbiscan.io'),
  'arbitrum-sepolia': chain(421_614, 'ETH', 250, 40, TEST, 'https://sepolia.arbiscan.io'),
  optimism: chain(10, 'ETH', 2_000, 30, ONE_MINUTE, 'https://optimistic.etherscan.io'),
  'optimism-sepolia': chain(11_155_420, 'ETH', 2_000, 8, TEST, 'https://optimism-sepolia.blockscout.com'),
  polygon: chain(
    137,
    'POL',
    2_000,
    128,
    PROBABLE,
    'https://polygonscan.com',
    'state syncs are reported beside its roots',
  ),
  'polygon-amoy': chain(80_002, 'POL', 2_000, 16, TEST, 'https://amoy.polygonscan.com'),
  bsc: chain(
    56,
    'BNB',
    450,
    67,
    'half a minute: as a rule its validators have voted a block final after seconds, and the rest is for when they do not',
    'https://bscscan.com',
    'public nodes answer wide eth_getLogs with "limit exceeded"',
  ),
  'bsc-testnet': chain(97, 'tBNB', 450, 16, TEST, 'https://testnet.bscscan.com'),
  avalanche: chain(
    43_114,
    'AVAX',
    1_700,
    20,
    PROBABLE,
    'https://snowtrace.io',
    'header fields of its own; roots of receipts are those of blocks settled before',
  ),
  'avalanche-fuji': chain(43_113, 'AVAX', 1_700, 8, TEST, 'https://testnet.snowtrace.io'),
  gnosis: chain(100, 'XDAI', 5_000, 32, PROBABLE, 'https://gnosisscan.io'),
  'gnosis-chiado': chain(10_200, 'xDAI', 5_000, 8, TEST, 'https://blockscout.chiadochain.net'),
  celo: chain(
    42_220,
    'CELO',
    1_000,
    60,
    ONE_MINUTE,
    'https://celoscan.io',
    'most transactions are of type 0x7b; CELO is also a token, which is refused as one',
  ),
  'celo-sepolia': chain(11_142_220, 'S-CELO', 1_000, 16, TEST, 'https://celo-sepolia.blockscout.com'),
  linea: chain(59_144, 'ETH', 2_000, 30, ONE_MINUTE, 'https://lineascan.build'),
  'linea-sepolia': chain(59_141, 'ETH', 2_000, 8, TEST, 'https://sepolia.lineascan.build'),
  scroll: chain(
    534_352,
    'ETH',
    3_000,
    20,
    SEQUENCED,
    'https://scrollscan.com',
    'messages from below are of a type 0x7e of its own',
  ),
  'scroll-sepolia': chain(534_351, 'ETH', 3_000, 8, TEST, 'https://sepolia.scrollscan.com'),
  zksync: chain(
    324,
    'ETH',
    1_000,
    60,
    ONE_MINUTE,
    'https://explorer.zksync.io',
    'hashes are made in another way; ETH is also the token 0x…800a, which is refused as one',
  ),
  'zksync-sepolia': chain(300, 'ETH', 1_000, 16, TEST, 'https://sepolia.explorer.zksync.io'),
  mantle: chain(
    5_000,
    'MNT',
    2_000,
    30,
    ONE_MINUTE,
    'https://mantlescan.xyz',
    'deposits have fields beyond the OP stack’s',
  ),
  'mantle-sepolia': chain(5_003, 'MNT', 2_000, 8, TEST, 'https://explorer.sepolia.mantle.xyz'),
  sonic: chain(146, 'S', 630, 100, PROBABLE, 'https://sonicscan.org', 'blocks are made from events'),
} satisfies Record<string, Preset>;

/** A preset as the entry of chains.yaml that it stands for; undefined: there is none of that name. */
export function presetEntry(name: string): Record<string, unknown> | undefined {
  const preset = (PRESETS as Record<string, Preset | undefined>)[name];
  if (!Object.hasOwn(PRESETS, name) || preset === undefined) return undefined;
  const { chainId, native, blockTimeMs, confirmations, explorerUrl } = preset;
  return {
    name,
    chain_id: chainId,
    confirmations: confirmations.blocks,
    block_time_ms: blockTimeMs,
    native: { symbol: native, decimals: 18 },
    tokens: (PRESET_TOKENS[chainId] ?? []).map(([symbol, address, decimals]) => ({
      symbol,
      address,
      decimals,
    })),
    explorer_url: explorerUrl,
  };
}

function chain(
  chainId: number,
  native: string,
  blockTimeMs: number,
  blocks: number,
  because: string,
  explorerUrl: string,
  habits?: string,
): Preset {
  return {
    chainId,
    native,
    blockTimeMs,
    confirmations: { blocks, because },
    explorerUrl,
    ...(habits === undefined ? {} : { habits }),
  };
}
