import { setTimeout as delay } from 'node:timers/promises';
import { type Settings } from '../config/settings.js';
import { withConnection } from './connect.js';

/** Sessions that hold locks, those of checks and migrations, and some room. */
const BESIDE_POOLS = 8;
/** The queue has a pool and each of its workers another, in which one connection listens. */
const POOLS_OF_THE_QUEUE = 2;
/** Pools and locks of a process that has nothing to do, with some room. */
const FEWEST_CONNECTIONS = 12;

type PoolSettings = Pick<Settings, 'databasePoolSize' | 'redisUrl'>;

/** How many connections a process takes at the most. */
export function mostConnections({ databasePoolSize, redisUrl }: PoolSettings): number {
  const ofTheQueue = redisUrl === null ? POOLS_OF_THE_QUEUE * (databasePoolSize + 1) : 0;
  return databasePoolSize + ofTheQueue + BESIDE_POOLS;
}

/** How many it needs at the least. */
export function fewestConnections(settings: PoolSettings): number {
  return Math.min(FEWEST_CONNECTIONS, mostConnections(settings));
}

const PATIENCE_MS = 3_000;

/**
 * How many connections we get at the same time: a pooler gives no more than its pool has and leaves the others waiting,
 * Postgres refuses those above a limit of the server, the database or the role.
 * @param wanted how many are tried
 * @throws DatabaseUnreachableError: it went away meanwhile
 */
export async function connectionsGiven(
  url: string,
  wanted: number,
  patienceMs: number = PATIENCE_MS,
): Promise<number> {
  let given = 0;
  let refused = 0;
  let cut: Error | null = null as Error | null;
  const enough = new AbortController();
  const patience = delay(patienceMs, undefined, { signal: enough.signal }).catch(() => undefined);
  const endWhenAllAreKnown = () => void (given + refused === wanted && enough.abort());
  const tries = Array.from({ length: wanted }, () =>
    withConnection(
      url,
      'quittance connection check',
      async (client) => {
        await client.query('SELECT 1');
        given += 1;
        endWhenAllAreKnown();
        // Held until all of them have been asked for.
        await patience;
      },
      { connectionTimeoutMillis: patienceMs, query_timeout: patienceMs },
    ).catch((error: unknown) => {
      if (isCut(error)) cut = error as Error;
      refused += 1;
      endWhenAllAreKnown();
    }),
  );
  await patience;
  const held = given;
  await Promise.all(tries);
  if (cut !== null) throw cut;
  return held;
}

/** The database went away, which is no limit: poolers and Postgres say what they refuse, or have us wait. */
function isCut(error: unknown): boolean {
  const { code, message } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
  return code === undefined ? message === 'Connection terminated unexpectedly' : /^E[A-Z]+$/.test(code);
}

/** What to do where there are too few; null: there are enough. */
export function tooFewConnections(given: number, wanted: number, most: number = wanted): string | null {
  if (given >= wanted) return null;
  return (
    `DATABASE_URL gives us ${given} connections at the same time, and a process takes up to ${most}: ` +
    'raise default_pool_size of the pooler, max_connections of Postgres, or the CONNECTION LIMIT of the role or ' +
    'database; or lower DATABASE_POOL_SIZE'
  );
}
