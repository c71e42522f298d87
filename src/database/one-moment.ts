import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { Semaphore } from '../process/semaphore.js';
import { asHolder } from './one-connection.js';

export class SeveralMomentsError extends Error {
  constructor(what: string) {
    super(
      `${what} are read by several statements, between which others commit: pass the manager of a transaction that ` +
        'holds them, or of `inOneMoment`',
    );
  }
}

/** Connections that are left to whoever asks one thing and is gone, however many read. */
const LEFT = 2;
const FEWEST = 2;
const readers = new WeakMap<DataSource, Semaphore>();

function readersOf(dataSource: DataSource): Semaphore {
  const known = readers.get(dataSource);
  if (known) return known;
  const { poolSize = 10 } = dataSource.options as { poolSize?: number };
  const places = new Semaphore(Math.max(FEWEST, poolSize - LEFT));
  readers.set(dataSource, places);
  return places;
}

/**
 * Everything that `read` asks of the database by the manager that it is given is as one commit left it, however many
 * statements it takes: what is told of a payment is never half of a change. (PostgreSQL: Repeatable Read)
 * It holds one connection for as long as it reads: nothing else is waited for inside, no node and no second connection.
 */
export function inOneMoment<T>(
  dataSource: DataSource,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  return readersOf(dataSource).hold(() => readTogether(dataSource, read));
}

async function readTogether<T>(
  dataSource: DataSource,
  read: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  let answer: T;
  try {
    await runner.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    answer = await asHolder(dataSource, () => read(runner.manager));
  } catch (error) {
    await end(runner, 'ROLLBACK');
    throw error;
  }
  // Nothing was written that a commit could fail to keep, so that nobody waits for its answer.
  void end(runner, 'COMMIT');
  return answer;
}

/** A connection on which this fails is lost, and the pool gives it to nobody. */
async function end(runner: QueryRunner, statement: 'COMMIT' | 'ROLLBACK'): Promise<void> {
  await runner.query(statement).catch(() => undefined);
  await runner.release().catch(() => undefined);
}

/** @throws SeveralMomentsError: the manager has no connection of its own, so that each statement has another moment */
export function requireOneMoment({ queryRunner }: EntityManager, what: string): void {
  if (queryRunner === undefined) throw new SeveralMomentsError(what);
}
