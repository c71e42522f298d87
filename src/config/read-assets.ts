import { type ChainConfig, type TokenConfig } from './chains.js';
import {
  address,
  blockNumber,
  type ChainsFileEntry,
  integer,
  isRecord,
  knownKeys,
  type Path,
} from './chains-file-entry.js';
import { tokenConfirmations } from './read-confirmations.js';
import { refundRules } from './read-refund.js';
import { tokenSweep } from './read-sweep.js';
import { toTokenAddress } from '../ids/ids.js';

export function tokens(entry: ChainsFileEntry): TokenConfig[] {
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

/** The native asset. */
export function asset(entry: ChainsFileEntry, path: Path, given: unknown): ChainConfig['native'] {
  if (!isRecord(given)) {
    entry.complain(path, 'must be given, as in: native: {symbol: ETH, decimals: 18}');
    return { symbol: '', decimals: 18 };
  }
  knownKeys(entry, path, given, ['symbol', 'decimals', 'rate']);
  return {
    symbol: symbol(entry, [...path, 'symbol'], given.symbol),
    decimals: nativeDecimals(entry, [...path, 'decimals'], given.decimals),
    ...rateSymbol(entry, [...path, 'rate'], given.rate),
  };
}

/** Blocks, gas and wallets count in wei, whatever a chain's native asset is called: another number would misprice it. */
const WEI_DECIMALS = 18;

function nativeDecimals(entry: ChainsFileEntry, path: Path, given: unknown): number {
  if (given !== WEI_DECIMALS)
    entry.complain(
      path,
      'must be 18: every EVM chain counts its native asset in wei, whatever wallets show of it',
    );
  return WEI_DECIMALS;
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
