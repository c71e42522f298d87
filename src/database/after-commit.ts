import { type DataSource, type EntityManager, type QueryRunner } from 'typeorm';

interface Waiting {
  what: () => void;
  /** Of the savepoint it was said in: one that is rolled back takes it along. */
  depth: number;
}

const watched = new WeakSet<DataSource>();
const waiting = new WeakMap<QueryRunner, Waiting[]>();

/**
 * Does something once what the manager's transaction wrote is committed, and never if it is rolled back; at once
 * outside of a transaction. What throws here would be taken for a failure of the commit: it must not.
 */
export function afterCommit({ queryRunner, connection }: EntityManager, what: () => void): void {
  if (!queryRunner?.isTransactionActive) {
    what();
    return;
  }
  watch(connection);
  const own = waiting.get(queryRunner) ?? [];
  own.push({ what, depth: depthOf(queryRunner) });
  waiting.set(queryRunner, own);
}

function watch(dataSource: DataSource): void {
  if (watched.has(dataSource)) return;
  watched.add(dataSource);
  dataSource.subscribers.push({
    beforeTransactionStart: ({ queryRunner }) => {
      // A connection that was lost told neither of a commit nor of a rollback.
      if (depthOf(queryRunner) === 0) waiting.delete(queryRunner);
    },
    afterTransactionCommit: ({ queryRunner }) => committed(queryRunner),
    afterTransactionRollback: ({ queryRunner }) => rolledBack(queryRunner),
  });
}

function committed(queryRunner: QueryRunner): void {
  const own = waiting.get(queryRunner) ?? [];
  if (queryRunner.isTransactionActive) {
    // A savepoint was released: what it did is its surroundings' from now on.
    const depth = depthOf(queryRunner);
    for (const one of own) one.depth = Math.min(one.depth, depth);
    return;
  }
  waiting.delete(queryRunner);
  for (const { what } of own) what();
}

function rolledBack(queryRunner: QueryRunner): void {
  if (!queryRunner.isTransactionActive) {
    waiting.delete(queryRunner);
    return;
  }
  const depth = depthOf(queryRunner);
  const kept = (waiting.get(queryRunner) ?? []).filter((one) => one.depth <= depth);
  waiting.set(queryRunner, kept);
}

/** 1 in a transaction, 2 in a savepoint of it, and so on. TypeORM keeps it to its subclasses. */
function depthOf(queryRunner: QueryRunner): number {
  return (queryRunner as unknown as { transactionDepth: number }).transactionDepth;
}
