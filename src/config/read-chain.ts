import { type ChainConfig } from './chains.js';
import {
  address,
  blockNumber,
  integer,
  knownKeys,
  type ChainsFileEntry,
  type Path,
} from './chains-file-entry.js';
import { explorerBase, urlWith } from './parsers.js';
import { presetMeant } from './preset-names.js';
import { presetEntry, PRESETS } from './presets.js';
import { publicRpcUrls } from './read-public-nodes.js';
import { asset, tokens } from './read-assets.js';
import { confirmations } from './read-confirmations.js';
import { refundRules } from './read-refund.js';
import { chainSweep } from './read-sweep.js';
import { usualProofs } from './usual-proofs.js';
import { toChainId } from '../ids/ids.js';

const CHAIN_KEYS = [
  'name',
  'preset',
  'chain_id',
  'rpc_url',
  'rpc_urls',
  'ws_urls',
  'public_rpc_urls',
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

/**
 * Reads one chain; what is wrong is complained about and stands for the value in the result.
 * @returns null: its preset is not known, so nobody knows which chain it is
 */
export function readChain(given: ChainsFileEntry): ChainConfig | null {
  const { entry, isKnown } = withPreset(given);
  knownKeys(entry, [], given.value, CHAIN_KEYS);
  const chain = readEntry(entry);
  return isKnown ? chain : null;
}

function readEntry(entry: ChainsFileEntry): ChainConfig {
  const { value } = entry;
  return {
    name: name(entry),
    chainId: toChainId(
      integer(entry, ['chain_id'], value.chain_id, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    ),
    rpcUrls: rpcUrls(entry),
    wsUrls: urls(entry, ['ws_urls'], value.ws_urls ?? [], 'ws', 'wss'),
    ...publicNodes(entry),
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
      value.explorer_url == null ? null : readUrl(entry, ['explorer_url'], value.explorer_url, explorerBase),
    sweep: chainSweep(entry),
    ...refundRules(entry, ['refund'], value.refund),
    forwarder: value.forwarder == null ? null : address(entry, ['forwarder'], value.forwarder),
    ...(value.enabled === undefined ? {} : { enabled: onOrOff(entry, ['enabled'], value.enabled) }),
    startBlock: value.start_block == null ? null : blockNumber(entry, ['start_block'], value.start_block),
  };
}

/**
 * What is written beside a preset wins, but for the chain itself: its tokens are elsewhere on another one. A preset that
 * is not known is one mistake: any other fills in the rest, so that only what is written is looked at.
 */
function withPreset(entry: ChainsFileEntry): { entry: ChainsFileEntry; isKnown: boolean } {
  const { preset, chain_id: given } = entry.value;
  if (preset === undefined) return { entry, isKnown: true };
  const asked = typeof preset === 'string' ? preset : String(entry.source(['preset']) ?? '');
  const known = presetEntry(asked);
  if (known === undefined) {
    const meant = presetMeant(asked);
    entry.complain(
      ['preset'],
      `is not known; ${meant ? `did you mean "${meant}"?` : `choose from ${Object.keys(PRESETS).join(', ')}`}`,
    );
    return { entry: { ...entry, value: { ...presetEntry('sonic'), ...entry.value } }, isKnown: false };
  }
  if (given !== undefined && given !== known.chain_id) {
    entry.complain(
      ['chain_id'],
      `is not that of the preset "${asked}", ${String(known.chain_id)}; remove one`,
    );
  }
  return { entry: { ...entry, value: { ...known, ...entry.value } }, isKnown: true };
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

function publicNodes(entry: ChainsFileEntry): Pick<ChainConfig, 'publicRpcUrls'> {
  const { public_rpc_urls: given, rpc_url: one, rpc_urls: several } = entry.value;
  if (given == null) return {};
  const own = [one, several].flat().filter((each) => typeof each === 'string');
  return {
    publicRpcUrls: publicRpcUrls(entry, own, (path, each) => url(entry, path, each, 'http', 'https')),
  };
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
  if (Array.isArray(given)) {
    const places = given.map(placeOf);
    places.forEach((place, index) => {
      // It would agree with itself, and a second one is there to contradict the first.
      if (places.indexOf(place) < index) entry.complain([...path, index], 'is listed twice; remove one');
    });
    return given.map((item, index) => url(entry, [...path, index], item, ...protocols));
  }
  entry.complain(path, 'must be a list of URLs');
  return [];
}

/** The same place may be written in several ways: a default port, a slash or `?` at the end, what follows a `#`. */
function placeOf(given: unknown): unknown {
  if (typeof given !== 'string' || !URL.canParse(given)) return given;
  const { origin, username, password, pathname, search } = new URL(given);
  return `${username}:${password}@${origin}${pathname.replace(/\/+$/, '')}${search}`;
}

function url(entry: ChainsFileEntry, path: Path, given: unknown, ...protocols: string[]): string {
  return readUrl(entry, path, given, urlWith(...protocols));
}

function readUrl(entry: ChainsFileEntry, path: Path, given: unknown, read: (text: string) => string): string {
  try {
    return read(typeof given === 'string' ? given : '');
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
