import { isDatabaseAway, isDiskRefusing } from './database-away.js';

/** What a failure of Postgres is about, as an operator has to act on it. */
export type DatabaseFailure =
  | 'away'
  | 'disk_full'
  | 'out_of_connections'
  | 'out_of_resources'
  | 'too_slow'
  | 'conflict'
  | 'constraint'
  | 'storage'
  | 'refused'
  | 'statement';

/** PostgreSQL, appendix A, the most particular first. */
const BY_CODE: readonly [RegExp, DatabaseFailure][] = [
  [/^53100$/, 'disk_full'],
  [/^53300$/, 'out_of_connections'],
  [/^53/, 'out_of_resources'],
  [/^(57014|55P03)$/, 'too_slow'],
  [/^(08|57|25P03)/, 'away'],
  [/^40/, 'conflict'],
  [/^23/, 'constraint'],
  [/^(58|XX)/, 'storage'],
  [/^(28|3D|42501|25006)/, 'refused'],
  [/^[0-9A-Z]{5}$/, 'statement'],
];

/** A sentence of pg's, which has no code. */
const TOO_SLOW = 'Query read timeout';

export function databaseFailureOf(error: unknown): DatabaseFailure {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (message === TOO_SLOW) return 'too_slow';
  const isPostgres = typeof code === 'string' && 'severity' in (error as object);
  if (isPostgres && isDiskRefusing(String(message)))
    return String(message).includes('Read-only') ? 'storage' : 'disk_full';
  const known = isPostgres ? BY_CODE.find(([codes]) => codes.test(code)) : undefined;
  if (known) return known[1];
  return isDatabaseAway(error) ? 'away' : 'statement';
}

const tally = new Map<DatabaseFailure, number>();

export function countDatabaseFailure(error: unknown): void {
  const failure = databaseFailureOf(error);
  tally.set(failure, (tally.get(failure) ?? 0) + 1);
}

/** Of every connection of this process, the queue's as well, since it started. */
export function databaseFailures(): ReadonlyMap<DatabaseFailure, number> {
  return tally;
}

export const DATABASE_FAILURES: readonly DatabaseFailure[] = [
  ...new Set(BY_CODE.map(([, failure]) => failure)),
];
