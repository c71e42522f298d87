import { type DataSource, type EntityManager } from 'typeorm';
import { againInConflict } from '../database/conflicts.js';
import { RowTurns } from '../process/row-turns.js';
import { DomainError } from './problem.js';

/** What a request has to wait for is taken by so many others that it would be held up for long. Nothing was done. */
export class RowBusyError extends DomainError {
  readonly code = 'busy';
  override readonly retryable = true;
  readonly retryAfterSeconds = 2;

  constructor() {
    super(
      'many requests at once are about the same thing, and are done one after the other; nothing was done: send this one ' +
        'again in a moment',
    );
  }
}

/** One that has the row, and one that is next: more would do no more than hold connections. */
const OF_ROW = 2;
const MOST_WAITING = 50;
/** Less than the time after which clients and proxies give up. */
const PATIENCE_MS = 10_000;

const rows = new WeakMap<DataSource, RowTurns>();
const keys = new WeakMap<DataSource, RowTurns>();

/**
 * The transaction of a request that changes a row which others may want as well. Whoever waits for the row does so without a
 * connection, and no more than half of the pool is held in such transactions: the rest answers everybody else, whatever
 * holds a row, and for however long. One that Postgres ended for another's sake is begun again.
 * @param row what is held, as everybody who wants it calls it; null: nothing that others want
 * @throws RowBusyError
 */
export function inTurn<T>(
  dataSource: DataSource,
  row: string | null,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const transaction = () => againInConflict(() => dataSource.transaction(work));
  if (row === null) return transaction();
  return turnsOf(rows, dataSource, Math.max(OF_ROW, Math.floor(poolSizeOf(dataSource) / 2))).hold(
    row,
    transaction,
  );
}

/** As `inTurn`, for requests that came with one key: each waits for the first, and none of them for any other. */
export function inTurnOfKey<T>(dataSource: DataSource, key: string, work: () => Promise<T>): Promise<T> {
  return turnsOf(keys, dataSource, Infinity).hold(key, work);
}

function turnsOf(all: WeakMap<DataSource, RowTurns>, dataSource: DataSource, inAll: number): RowTurns {
  const known = all.get(dataSource);
  if (known) return known;
  const limits = { ofRow: OF_ROW, inAll, waiting: MOST_WAITING, patienceMs: PATIENCE_MS };
  const turns = new RowTurns(limits, () => new RowBusyError());
  all.set(dataSource, turns);
  return turns;
}

function poolSizeOf({ options }: DataSource): number {
  return (options as { poolSize?: number }).poolSize ?? 10;
}
