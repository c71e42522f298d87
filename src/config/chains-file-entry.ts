import { nearest } from './nearest.js';
import { digitsHint } from './parsers.js';
import { type Address, toAddress, ZERO_ADDRESS } from '../ids/ids.js';

/** One entry of chains.yaml, or rates.yaml as a whole, and a way to complain about a place in it. */
export interface ChainsFileEntry {
  value: Record<string, unknown>;
  /** A scalar as it is written, where its digits matter. */
  source: (path: (string | number)[]) => string | undefined;
  complain: (path: (string | number)[], what: string) => void;
}

export type Path = (string | number)[];

/** From the text and not from the parsed value: YAML reads long digits as a number that lost some. */
export function baseUnits(entry: ChainsFileEntry, path: Path): bigint {
  const source = entry.source(path);
  if (source !== undefined && /^\d{1,78}$/.test(source)) return BigInt(source);
  entry.complain(
    path,
    `must be an amount in base units, digits only: "${meantAmount(source) ?? '1000000000000000000'}"`,
  );
  return 0n;
}

/** What `1e18` and `1_000` were meant to be. */
function meantAmount(source = ''): string | undefined {
  const digits = source.replace(/[_,' ]/g, '');
  if (/^\d{1,78}$/.test(digits)) return digits;
  const [, head, zeros] = /^([1-9]\d*)e\+?(\d{1,2})$/i.exec(digits) ?? [];
  return head === undefined ? undefined : head + '0'.repeat(Number(zeros));
}

export function address(entry: ChainsFileEntry, path: Path, given: unknown): Address {
  const text = typeof given === 'string' ? given : entry.source(path);
  try {
    return toAddress(String(text));
  } catch {
    entry.complain(path, 'is no address, or its EIP-55 checksum is wrong; copy it again, in quotes');
    return ZERO_ADDRESS;
  }
}

export function integer(
  entry: ChainsFileEntry,
  path: Path,
  given: unknown,
  { min, max }: { min: number; max: number },
): number {
  if (typeof given === 'number' && Number.isInteger(given) && given >= min && given <= max) return given;
  const hint = typeof given === 'string' ? numberHint(given) : '';
  entry.complain(
    path,
    given === undefined
      ? 'is missing; give a whole number'
      : `must be a whole number from ${min} to ${max}${hint}`,
  );
  return min;
}

function numberHint(text: string): string {
  return /^\d+$/.test(text) ? `, without quotes: ${text}` : digitsHint(text);
}

export function blockNumber(entry: ChainsFileEntry, path: Path, given: unknown): number {
  return integer(entry, path, given, { min: 0, max: Number.MAX_SAFE_INTEGER });
}

export function knownKeys(
  entry: ChainsFileEntry,
  path: Path,
  value: Record<string, unknown>,
  known: string[],
): void {
  for (const key of Object.keys(value).filter((given) => !known.includes(given))) {
    const meant = nearest(key, known);
    entry.complain(
      [...path, key],
      `is not known; ${meant ? `did you mean "${meant}"?` : `choose from ${known.join(', ')}`}`,
    );
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
