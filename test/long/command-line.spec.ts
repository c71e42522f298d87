import { describe, expect, it } from '@jest/globals';
import { type MerchantBody } from '../../src/auth/dto/auth.dto.js';
import { findEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { WRITTEN_AMOUNTS } from '../currencies/written-amounts.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { quittance, quittanceProcess, type Ran } from '../harness/command-line.js';
import { createDatabase } from '../harness/database.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const json = <T>({ out }: Ran) => JSON.parse(out) as T;

describe('the command line, with no settings', () => {
  it('works before the first start, beside a running Quittance and after it, on the same data', async () => {
    const folder = tempFolder();
    const run = (...args: string[]) => quittanceProcess(args, { DATA_DIR: folder.path }, folder.path);
    const names = async () =>
      json<MerchantBody[]>(await run('merchant', 'list', '--json')).map(({ name }) => name);
    try {
      expect(await run('merchant', 'create', 'before')).toMatchObject({
        code: 0,
        err: expect.stringMatching(/^there is no database in .* yet, so that one is made; .*\n$/),
      });
      expect(findEmbeddedPostgres(folder.path)).toBeNull();

      const running = await QuittanceProcess.start(folder.path);
      expect(await names()).toEqual(['before', 'dev']);
      const rescan = ['scanner', 'rescan', '--chain', 'devchain', '--from', '1', '--to', '1', '--json'];
      await waitFor('block 1 of the dev chain to be read again', async () => {
        const ran = await run(...rescan);
        return ran.code === 0 && json<{ blocks: number }>(ran).blocks === 1;
      });
      expect(running.hasEnded).toBe(false);
      expect(await running.end()).toBe(0);

      expect(await names()).toEqual(['before', 'dev']);
      expect(findEmbeddedPostgres(folder.path)).toBeNull();
    } finally {
      folder.remove();
    }
  });
});

describe('the command line, on DATABASE_URL', () => {
  it('takes each price of a link as its currency is written, or says what is wrong with it', async () => {
    const database = await createDatabase();
    const run = (...args: string[]) =>
      quittance(args, { DATABASE_URL: database.url, MNEMONIC: TEST_MNEMONIC });
    const { id } = json<MerchantBody>(await run('merchant', 'create', 'Miller', '--json'));
    for (const [amount, currency, why] of WRITTEN_AMOUNTS) {
      const price = ['--price', `${amount} ${currency}`];
      const { code, err } = await run('link', 'create', 'Flour', '--merchant', id, ...price);
      expect([amount, code]).toEqual([amount, why === null ? 0 : 1]);
      if (why !== null)
        expect([amount, err]).toEqual([amount, expect.stringMatching(amount === '' ? /is no price/ : why)]);
    }
    await database.drop();
  });
});
