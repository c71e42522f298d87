import { type ClientBase } from 'pg';

/** How long a session of ours with Postgres may take for what, in ms. */
export interface SessionLimits {
  /** To be let in, or for one of the pool's connections to come free. */
  connectMs: number;
  /** Until a statement is answered, as we see it: it ends on a connection that is neither alive nor closed. */
  answerMs: number;
  /** The same as Postgres sees it, as for a statement that waits for a lock. Less, so that Postgres says what it was. */
  statementMs: number;
  /** Between two statements of one transaction: whoever has gone away without a word gives its locks back. */
  idleInTransactionMs: number;
}

/** Together they end well within a minute, whatever hangs; nothing that the app asks takes seconds. */
export const APP_LIMITS: SessionLimits = {
  connectMs: 20_000,
  answerMs: 25_000,
  statementMs: 20_000,
  idleInTransactionMs: 30_000,
};

/**
 * A role or database may have limits of its own, as managed Postgres gives them: they would end what takes as long as it
 * takes, a migration or a backup, in the middle of it and at every try.
 */
const NO_LIMITS = {
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
};

/** A probe after 10 s of silence, so that what stands between us and Postgres does not forget the connection. */
const KEEP_ALIVE_AFTER_MS = 10_000;

/**
 * How values are written and read, whatever a role or database has of its own: pg reads no other dates than these, and
 * takes every other for null.
 */
export const READABLE = { datestyle: 'ISO, MDY', intervalstyle: 'postgres' } as const;

/**
 * Options of pg's pool for these limits. Those that Postgres keeps are set once a session is there: as parameters of
 * its start, PgBouncer would refuse it.
 * @param limits null: as long as it takes, for commands that read whole tables and for migrations
 * @param settings further ones of the session, by name
 */
export function poolOptions(limits: SessionLimits | null, settings: Record<string, string> = {}) {
  const all = {
    ...READABLE,
    ...(limits
      ? {
          statement_timeout: String(limits.statementMs),
          idle_in_transaction_session_timeout: String(limits.idleInTransactionMs),
        }
      : NO_LIMITS),
    ...settings,
  };
  const pairs = Object.entries(all);
  const sql = `SELECT ${pairs.map((_pair, index) => `set_config($${2 * index + 1}, $${2 * index + 2}, false)`).join(', ')}`;
  return {
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...(limits && { connectionTimeoutMillis: limits.connectMs, query_timeout: limits.answerMs }),
    ...(pairs.length > 0 && {
      onConnect: async (client: ClientBase) => {
        await client.query(sql, pairs.flat());
      },
    }),
  };
}
