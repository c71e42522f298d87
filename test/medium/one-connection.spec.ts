import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { afterCommit } from '../../src/database/after-commit.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { guardConnections, SecondConnectionError } from '../../src/database/one-connection.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { PostgresProxy } from '../harness/postgres-proxy.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

describe('a second connection inside a transaction', () => {
  const guarded = async (isStrict: boolean, poolSize: number) =>
    guardConnections(await new DataSource(dataSourceOptions(database.url, poolSize)).initialize(), isStrict);

  it('is an error in tests and development, however many are free', async () => {
    const dataSource = await guarded(true, 5);
    const nested = dataSource.transaction(() => dataSource.query('SELECT 1'));
    await expect(nested).rejects.toThrow(SecondConnectionError);
    const deeper = dataSource.transaction(() =>
      dataSource.transaction((manager) => manager.query('SELECT 1')),
    );
    await expect(deeper).rejects.toThrow(SecondConnectionError);
    await expect(dataSource.transaction((manager) => manager.query('SELECT 1 AS one'))).resolves.toEqual([
      { one: 1 },
    ]);
    // What was begun inside, and goes on behind its end, is free again.
    let go: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (go = resolve));
    const after = await dataSource.transaction(() =>
      Promise.resolve({ later: ended.then(() => dataSource.query('SELECT 2 AS two')) }),
    );
    go();
    await expect(after.later).resolves.toEqual([{ two: 2 }]);
    await dataSource.destroy();
  });

  it('is an error in production where it would have to wait, instead of a standstill', async () => {
    const dataSource = await guarded(false, 2);
    const all = await Promise.allSettled(
      Array.from({ length: 20 }, () =>
        dataSource.transaction(async (manager) => {
          await manager.query('SELECT pg_sleep(0.01)');
          return dataSource.query<unknown>('SELECT 1');
        }),
      ),
    );
    const refused = all.filter(({ status }) => status === 'rejected');
    expect(refused.length).toBeGreaterThan(0);
    for (const one of refused)
      expect((one as PromiseRejectedResult).reason).toBeInstanceOf(SecondConnectionError);
    await expect(dataSource.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await dataSource.destroy();
  });
});

describe('a connection that is neither alive nor closed', () => {
  it('costs its own time, and not that of whoever comes next', async () => {
    const proxy = await PostgresProxy.start(database.url);
    const limits = { connectMs: 20_000, answerMs: 1_500, statementMs: 1_400, idleInTransactionMs: 1_500 };
    const dataSource = await new DataSource(dataSourceOptions(proxy.url, 3, limits)).initialize();
    await Promise.all([1, 2, 3].map(() => dataSource.query('SELECT pg_sleep(0.05)')));
    await expect(dataSource.query('SHOW statement_timeout')).resolves.toEqual([
      { statement_timeout: '1400ms' },
    ]);
    proxy.freeze();
    const hung = [1, 2, 3].map(() => dataSource.query('SELECT 1'));
    for (const one of await Promise.allSettled(hung)) expect(one.status).toBe('rejected');
    await expect(dataSource.query('SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
    await dataSource.destroy();
    await proxy.stop();
  });

  it('gives its locks back when it says nothing inside a transaction', async () => {
    const proxy = await PostgresProxy.start(database.url);
    const limits = { connectMs: 20_000, answerMs: 1_500, statementMs: 1_400, idleInTransactionMs: 200 };
    const dataSource = await new DataSource(dataSourceOptions(proxy.url, 2, limits)).initialize();
    const lock = 'SELECT pg_advisory_xact_lock(4711)';
    const hung = dataSource.transaction(async (manager) => {
      await manager.query(lock);
      proxy.freeze();
      await manager.query('SELECT 1');
    });
    await expect(hung).rejects.toThrow();
    // The server's side of it was never told.
    await expect(database.dataSource.query(lock)).resolves.toHaveLength(1);
    await dataSource.destroy();
    await proxy.stop();
  });
});

describe('what follows a commit', () => {
  const failed = new Error('rolled back');

  it('is done when the transaction is committed, and not when it is rolled back', async () => {
    const { manager } = database.dataSource;
    const done: string[] = [];
    afterCommit(manager, () => void done.push('outside'));
    expect(done).toEqual(['outside']);
    await manager.transaction(async (inner) => {
      afterCommit(inner, () => void done.push('committed'));
      await inner.query('SELECT 1');
      expect(done).toEqual(['outside']);
    });
    const rolledBack = manager.transaction((inner) => {
      afterCommit(inner, () => void done.push('rolled back'));
      return Promise.reject(failed);
    });
    await expect(rolledBack).rejects.toThrow(failed);
    await manager.transaction((inner) => inner.query('SELECT 1'));
    expect(done).toEqual(['outside', 'committed']);
  });

  it('is forgotten with the savepoint it was said in, and waits for the whole where that is kept', async () => {
    const done: string[] = [];
    await database.dataSource.manager.transaction(async (outer) => {
      await outer.transaction((inner) => Promise.resolve(afterCommit(inner, () => void done.push('kept'))));
      afterCommit(outer, () => void done.push('around'));
      const given = outer.transaction((inner) => {
        afterCommit(inner, () => void done.push('given up'));
        return Promise.reject(failed);
      });
      await expect(given).rejects.toThrow(failed);
      expect(done).toEqual([]);
    });
    expect(done).toEqual(['kept', 'around']);
  });
});
