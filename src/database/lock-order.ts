import { type QueryRunner } from 'typeorm';

/**
 * The tables whose rows several transactions hold at the same time, in the order in which every transaction takes them
 * (docs/architecture.md, “One order of locks”). Tables that are not here have one row held at a time, or none.
 */
export const LOCK_ORDER = [
  'chain_cursors',
  'outgoing_transactions',
  'sweeps',
  'payments',
  // From here on all belongs to a payment, and whoever holds that is alone with it.
  'payment_options',
  'transfers',
  'refunds',
] as const;
type Table = (typeof LOCK_ORDER)[number];

const PAYMENTS = LOCK_ORDER.indexOf('payments');

export class LockOrderError extends Error {
  constructor(table: Table, held: string, sql: string) {
    super(
      `${table} are locked ${held}: another transaction that takes them the other way round would wait for this one for ` +
        `ever. Take locks in the order ${LOCK_ORDER.join(', ')} (docs/architecture.md): ${sql.slice(0, 200)}`,
    );
  }
}

/** Other tables' foreign keys lead to them. */
const REFERRED_TO = new Set([
  'merchants',
  'payments',
  'transfers',
  'outgoing_transactions',
  'events',
  'webhook_endpoints',
  'webhook_deliveries',
]);

export class TooStrongLockError extends Error {
  constructor(table: string, sql: string) {
    super(
      `${table} are held FOR UPDATE: whoever writes what refers to them waits, with what he has written, for which this ` +
        `transaction may wait in turn. FOR NO KEY UPDATE is enough (docs/architecture.md): ${sql.slice(0, 200)}`,
    );
  }
}

/** Watches one transaction's statements. What is seen is tables; that rows are taken by id is in the statements. */
export class LockOrder {
  private readonly held = new Set<Table>();
  private heldPayments: Set<string> | null = null;
  /** Inside of a savepoint: whoever uses one begins again by himself. */
  private savepoints = 0;

  /** @throws LockOrderError, TooStrongLockError */
  before(sql: string): void {
    const tooStrong = /\bFROM "?(\w+)"?[\s\S]*\bFOR UPDATE\b/.exec(sql)?.[1] ?? '';
    if (REFERRED_TO.has(tooStrong)) throw new TooStrongLockError(tooStrong, sql);
    if (/^\s*SAVEPOINT/i.test(sql)) this.savepoints += 1;
    if (/^\s*(RELEASE|ROLLBACK TO) SAVEPOINT/i.test(sql)) this.savepoints -= 1;
    const lock = lockOf(sql);
    if (lock === null || this.savepoints > 0) return;
    const { table, isExplicit } = lock;
    const place = LOCK_ORDER.indexOf(table);
    // Rows that were held in their turn are written later.
    const isAgain = this.held.has(table) && (!isExplicit || table === 'payments');
    const later = [...this.held].find(
      (one) => LOCK_ORDER.indexOf(one) > place && LOCK_ORDER.indexOf(one) <= PAYMENTS,
    );
    if (!isAgain && later !== undefined) throw new LockOrderError(table, `after ${later}`, sql);
    if (!isAgain && place < PAYMENTS && this.held.has(table))
      throw new LockOrderError(table, 'a second time', sql);
    if (place > PAYMENTS && !this.held.has('payments'))
      throw new LockOrderError(table, 'before their payments', sql);
    this.held.add(table);
  }

  /** @throws LockOrderError: other payments than before are held now */
  after(sql: string, result: unknown): void {
    const lock = lockOf(sql);
    if (lock?.table !== 'payments' || !lock.isExplicit || this.savepoints > 0) return;
    const ids = (result as { id: string }[]).map(({ id }) => id);
    this.heldPayments ??= new Set(ids);
    const other = ids.find((id) => this.heldPayments?.has(id) === false);
    if (other !== undefined) throw new LockOrderError('payments', 'one after the other', sql);
  }
}

/** Makes a wrong order of locks an error, of the transaction that is open on the query runner. @returns what ends it */
export function watchLockOrder(runner: QueryRunner): () => void {
  const order = new LockOrder();
  const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
  const watched = async (sql: string, ...rest: unknown[]): Promise<unknown> => {
    order.before(sql);
    const result = await query(sql, ...rest);
    order.after(sql, result);
    return result;
  };
  runner.query = watched as QueryRunner['query'];
  return () => void delete (runner as { query?: unknown }).query;
}

/** Null: the statement holds nothing that is watched, or does not wait. */
function lockOf(sql: string): { table: Table; isExplicit: boolean } | null {
  if (/SKIP LOCKED/i.test(sql)) return null;
  const changed = /^\s*(?:UPDATE|DELETE FROM) "?(\w+)"?/i.exec(sql)?.[1];
  if (changed !== undefined) return watched(changed, false);
  if (/ON CONFLICT[\s\S]*DO UPDATE/i.test(sql))
    return watched(/INSERT INTO "?(\w+)"?/i.exec(sql)?.[1], false);
  if (!/\bFOR (NO KEY UPDATE|UPDATE|SHARE)\b/.test(sql)) return null;
  return watched(/\bFROM "?(\w+)"?/i.exec(sql)?.[1], true);
}

function watched(
  name: string | undefined,
  isExplicit: boolean,
): { table: Table; isExplicit: boolean } | null {
  const table = LOCK_ORDER.find((one) => one === name);
  return table === undefined ? null : { table, isExplicit };
}
