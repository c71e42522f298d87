import {
  type ChainConfig,
  type Confirmations,
  FINALITY_TAGS,
  type FinalityTag,
  type TokenConfig,
} from './chains.js';
import {
  address,
  baseUnits,
  blockNumber,
  integer,
  isRecord,
  knownKeys,
  type ChainsFileEntry,
  type Path,
} from './chains-file-entry.js';
import { nearest } from './nearest.js';
import { urlWith } from './parsers.js';
import { presetEntry, PRESETS } from './presets.js';
import { refundRules } from './read-refund.js';
import { chainSweep, tokenSweep } from './read-sweep.js';
import { usualProofs } from './usual-proofs.js';
import { toChainId, toTokenAddress } from '../ids/ids.js';

const CHAIN_KEYS = [
  'name',
  'preset',
  'chain_id',
  'rpc_url',
  'rpc_urls',
  'ws_urls',
  'rpc_requests_per_second',
  'confirmations',
  'block_time_ms',
  'native',
  'tokens',
  'internal_transfers',
  'explorer_url',
  'sweep',
  'refund',
  'forwarder',
  'start_block',
  'proofs',
  'enabled',
];

/** Reads one chain; what is wrong is complained about and stands for the value in the result. */
export function readChain(given: ChainsFileEntry): ChainConfig {
  const entry = withPreset(given);
  const { value } = entry;
  knownKeys(entry, [], value, CHAIN_KEYS);
  return {
    name: name(entry),
    chainId: toChainId(
      integer(entry, ['chain_id'], value.chain_id, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    ),
    rpcUrls: rpcUrls(entry),
    wsUrls: urls(entry, ['ws_urls'], value.ws_urls ?? [], 'ws', 'wss'),
    rpcRequestsPerSecond:
      value.rpc_requests_per_second == null
        ? null
        : integer(entry, ['rpc_requests_per_second'], value.rpc_requests_per_second, {
            min: 1,
            max: 100_000,
          }),
    confirmations: confirmations(entry, ['confirmations'], value.confirmations),
    blockTimeMs: integer(entry, ['block_time_ms'], value.block_time_ms, { min: 50, max: 600_000 }),
    native: asset(entry, ['native'], value.native),
    tokens: tokens(entry),
    internalTransfers: choice(entry, ['internal_transfers'], value.internal_transfers ?? 'off', [
      'balance',
      'trace',
      'off',
    ]),
    proofs: choice(entry, ['proofs'], value.proofs ?? usualProofs(value.chain_id), [
      'full',
      'receipts',
      'off',
    ]),
    explorerUrl:
      value.explorer_url == null ? null : url(entry, ['explorer_url'], value.explorer_url, 'http', 'https'),
    sweep: chainSweep(entry),
    ...refundRules(entry, ['refund'], value.refund),
    forwarder: value.forwarder == null ? null : address(entry, ['forwarder'], value.forwarder),
    ...(value.enabled === undefined ? {} : { enabled: onOrOff(entry, ['enabled'], value.enabled) }),
    startBlock: value.start_block == null ? null : blockNumber(entry, ['start_block'], value.start_block),
  };
}

/** What is written beside a preset wins, but for the chain itself: its tokens are elsewhere on another one. */
function withPreset(entry: ChainsFileEntry): ChainsFileEntry {
  const { preset, chain_id: given } = entry.value;
  if (preset === undefined) return entry;
  const asked = typeof preset === 'string' ? preset : '';
  const known = presetEntry(asked);
  if (known === undefined) {
    const names = Object.keys(PRESETS);
    const meant = nearest(asked, names);
    entry.complain(
      ['preset'],
      `is not known; ${meant ? `did you mean "${meant}"?` : `choose from ${names.join(', ')}`}`,
    );
    return entry;
  }
  if (given !== undefined && given !== known.chain_id) {
    entry.complain(
      ['chain_id'],
      `is not that of the preset "${asked}", ${String(known.chain_id)}; remove one`,
    );
  }
  return { ...entry, value: { ...known, ...entry.value } };
}

function name(entry: ChainsFileEntry): string {
  const given = entry.value.name;
  if (typeof given === 'string' && /^[a-z][a-z0-9-]{2,19}$/.test(given)) return given;
  entry.complain(['name'], 'must be 3 to 20 lower-case letters, digits or "-", as in: name: ethereum');
  return '';
}

function rpcUrls(entry: ChainsFileEntry): string[] {
  const { rpc_url: one, rpc_urls: several } = entry.value;
  if (one !== undefined && several !== undefined) {
    entry.complain(['rpc_url'], 'stands beside rpc_urls; keep one of them');
    return [];
  }
  const list = several ?? (one === undefined ? [] : [one]);
  if (!Array.isArray(list) || list.length === 0) {
    entry.complain(['rpc_urls'], 'must list at least one endpoint: rpc_urls: ["https://…"]');
    return [];
  }
  return urls(entry, [several === undefined ? 'rpc_url' : 'rpc_urls'], list, 'http', 'https');
}

/** Finality is asked of the chain, for all of it or not at all. */
function tokenConfirmations(
  entry: ChainsFileEntry,
  path: Path,
  given: unknown,
): { confirmations?: Confirmations } {
  if (given === undefined) return {};
  if (finalityTag(given)) {
    entry.complain(path, `must be a number or tiers; \`${given as string}\` is for the whole chain`);
    return {};
  }
  return { confirmations: confirmations(entry, path, given) };
}

function confirmations(entry: ChainsFileEntry, path: Path, given: unknown): Confirmations {
  const tag = finalityTag(given);
  if (tag) return { kind: 'finality', tag };
  if (!Array.isArray(given)) {
    const blocks = integer(entry, path, given, { min: 1, max: 100_000 });
    return { kind: 'blocks', tiers: [{ upTo: null, blocks }] };
  }
  const tiers = given.map((tier, index) =>
    confirmationTier(entry, [...path, index], tier, index === given.length - 1),
  );
  tiers.forEach(({ upTo }, index) => {
    const before = tiers[index - 1]?.upTo;
    if (upTo !== null && before != null && upTo <= before) {
      entry.complain([...path, index, 'up_to'], 'must be above that of the tier before it');
    }
  });
  if (tiers.length === 0) entry.complain(path, 'must have at least one tier: [{blocks: 12}]');
  return { kind: 'blocks', tiers };
}

function finalityTag(given: unknown): FinalityTag | undefined {
  return FINALITY_TAGS.find((tag) => tag === given);
}

function confirmationTier(entry: ChainsFileEntry, path: Path, given: unknown, isLast: boolean) {
  if (!isRecord(given)) {
    entry.complain(path, 'must be a tier such as {up_to: "1000000000000000000", blocks: 3}');
    return { upTo: null, blocks: 1 };
  }
  knownKeys(entry, path, given, ['up_to', 'blocks']);
  const blocks = integer(entry, [...path, 'blocks'], given.blocks, { min: 1, max: 100_000 });
  if (isLast !== (given.up_to === undefined)) {
    entry.complain(
      [...path, 'up_to'],
      isLast
        ? 'must be left out in the last tier, which is for every larger amount'
        : 'is missing; only the last tier is without it',
    );
    return { upTo: null, blocks };
  }
  return { upTo: isLast ? null : baseUnits(entry, [...path, 'up_to']), blocks };
}

function tokens(entry: ChainsFileEntry): TokenConfig[] {
  const given = entry.value.tokens ?? [];
  if (!Array.isArray(given)) {
    entry.complain(['tokens'], 'must be a list of {symbol, address, decimals}');
    return [];
  }
  return given.flatMap((token, index) => {
    const path = ['tokens', index];
    if (!isRecord(token)) {
      entry.complain(path, 'must be {symbol, address, decimals}');
      return [];
    }
    knownKeys(entry, path, token, [
      'symbol',
      'address',
      'decimals',
      'enabled',
      'confirmations',
      'start_block',
      'sweep',
      'refund',
      'rate',
    ]);
    const { enabled = true } = token;
    if (typeof enabled !== 'boolean') entry.complain([...path, 'enabled'], 'must be true or false');
    return [
      {
        symbol: symbol(entry, [...path, 'symbol'], token.symbol),
        decimals: integer(entry, [...path, 'decimals'], token.decimals, { min: 0, max: 255 }),
        address: toTokenAddress(address(entry, [...path, 'address'], token.address)),
        enabled: enabled === true,
        ...rateSymbol(entry, [...path, 'rate'], token.rate),
        ...tokenConfirmations(entry, [...path, 'confirmations'], token.confirmations),
        ...tokenSweep(entry, [...path, 'sweep'], token.sweep),
        ...refundRules(entry, [...path, 'refund'], token.refund),
        ...(token.start_block == null
          ? {}
          : { startBlock: blockNumber(entry, [...path, 'start_block'], token.start_block) }),
      },
    ];
  });
}

function asset(entry: ChainsFileEntry, path: Path, given: unknown): ChainConfig['native'] {
  if (!isRecord(given)) {
    entry.complain(path, 'must be given, as in: native: {symbol: ETH, decimals: 18}');
    return { symbol: '', decimals: 18 };
  }
  knownKeys(entry, path, given, ['symbol', 'decimals', 'rate']);
  return {
    symbol: symbol(entry, [...path, 'symbol'], given.symbol),
    decimals: integer(entry, [...path, 'decimals'], given.decimals, { min: 0, max: 255 }),
    ...rateSymbol(entry, [...path, 'rate'], given.rate),
  };
}

/** By which rates.yaml prices it, where that is not its own symbol, as ETH for WETH. */
function rateSymbol(entry: ChainsFileEntry, path: Path, given: unknown): { rate?: string } {
  return given === undefined ? {} : { rate: symbol(entry, path, given) };
}

function symbol(entry: ChainsFileEntry, path: Path, given: unknown): string {
  if (typeof given === 'string' && /^[\w.$₮-]{1,32}$/u.test(given)) return given;
  entry.complain(path, 'must be a symbol of 1 to 32 characters, such as USDC');
  return '';
}

function choice<T extends string>(
  entry: ChainsFileEntry,
  path: Path,
  given: unknown,
  allowed: readonly T[],
): T {
  // YAML reads a bare `off` of version 1.1 as false; the parser's 1.2 does not, other tools that write the file may.
  const text = given === false ? 'off' : given;
  if (allowed.includes(text as T)) return text as T;
  entry.complain(path, `must be one of ${allowed.join(', ')}`);
  return allowed[0] as T;
}

function urls(entry: ChainsFileEntry, path: Path, given: unknown, ...protocols: string[]): string[] {
  if (Array.isArray(given))
    return given.map((item, index) => url(entry, [...path, index], item, ...protocols));
  entry.complain(path, 'must be a list of URLs');
  return [];
}

function url(entry: ChainsFileEntry, path: Path, given: unknown, ...protocols: string[]): string {
  try {
    return urlWith(...protocols)(typeof given === 'string' ? given : '');
  } catch (error) {
    entry.complain(path, (error as Error).message);
    return '';
  }
}

function onOrOff(entry: ChainsFileEntry, path: Path, given: unknown): boolean {
  if (typeof given === 'boolean') return given;
  entry.complain(path, 'must be true or false');
  return true;
}
