import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AdvisoryLocks } from '../../src/database/advisory-locks.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { waitFor } from '../harness/wait-for.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase({ empty: true });
});
afterAll(() => database.drop());

const locks = (name: string) => new AdvisoryLocks(database.url, name);
const cut = (name: string) =>
  database.dataSource.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
    [name],
  );

const sessions = async (name: string) => {
  const rows = await database.dataSource.query<object[]>(
    'SELECT FROM pg_stat_activity WHERE application_name = $1',
    [name],
  );
  return rows.length;
};

describe('an advisory lock', () => {
  it('is one holder’s until it gives it back', async () => {
    const [one, two] = [locks('one'), locks('two')];
    await expect(one.hold('chain 1')).resolves.toBe(true);
    await expect(one.hold('chain 1')).resolves.toBe(true);
    await expect(two.hold('chain 1')).resolves.toBe(false);
    await expect(two.hold('chain 2')).resolves.toBe(true);
    await one.release();
    await waitFor('it to be free', () => two.hold('chain 1'));
    await two.release();
  });

  it('is lost with the session, which its holder notices, and can be taken again', async () => {
    const [one, two] = [locks('first'), locks('second')];
    await one.hold('chain 3');
    await cut('first');
    await waitFor('the other to have it', () => two.hold('chain 3'));
    await waitFor('the first to know', async () => !(await one.hold('chain 3')));
    await two.release();
    await waitFor('the first to have it again', () => one.hold('chain 3'));
    // The end of the old session, told late, must not take the new one along.
    await cut('first');
    await waitFor('the first to have it after a second cut', async () => {
      await one.hold('chain 3').catch(() => false);
      return (await sessions('first')) === 1;
    });
    await one.release();
    await waitFor('no session of it to be left', async () => (await sessions('first')) === 0);
  });

  it('of a database out of reach is an error, and not forever', async () => {
    const nowhere = new AdvisoryLocks('postgres://nobody@127.0.0.1:1/none', 'nobody');
    await expect(nowhere.hold('chain 1')).rejects.toThrow('ECONNREFUSED');
    await expect(nowhere.hold('chain 1')).rejects.toThrow('ECONNREFUSED');
    await nowhere.release();
  });
});
