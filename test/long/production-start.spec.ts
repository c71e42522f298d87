import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addressAt, logEvents, ProductionWorld } from '../harness/production-world.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { runCommand } from '../harness/terminal.js';

let world: ProductionWorld;
beforeAll(async () => {
  world = await ProductionWorld.start();
});
afterAll(() => world?.stop());

describe('a start in production', () => {
  it('on a database that would give used addresses out again is refused, until it goes past them', async () => {
    await world.chain.pay(addressAt(3), 1_000n);
    await world.chain.mine(1);
    const [event] = logEvents(await world.refused(world.settings)).slice(-1);
    expect(event?.reason).toMatch(
      new RegExp(
        `${addressAt(3)} \\(index 3\\) on testchain.*Is DATABASE_URL the database you mean.*wallet skip`,
        'i',
      ),
    );
    const skipped = await runCommand(['wallet', 'skip', '--json'], world.settings);
    expect({ code: skipped.code, err: skipped.err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(skipped.out)).toEqual({
      last_used: 3,
      first_skipped: 0,
      next_index: 404,
      notified_of_skipped: null,
    });
    expect((await runCommand(['wallet', 'skip', '--to', '404'], world.settings)).err).toMatch(
      /next one is 404/,
    );
    const running = await QuittanceProcess.start(world.folder.path, world.settings);
    expect(await running.end()).toBe(0);
    await expect(
      world.database.dataSource.query('SELECT from_index, to_index, reason FROM derivation_jumps'),
    ).resolves.toEqual([{ from_index: '0', to_index: '404', reason: 'wallet skip' }]);
  });

  it('with another key than the one that sealed the secrets is refused', async () => {
    const other = randomBytes(32).toString('base64');
    const said = logEvents(await world.refused({ ...world.settings, ENCRYPTION_KEY: other }));
    const [event, ...besides] = said.filter(({ level }) => level === 'error' || level === 'fatal');
    expect(besides).toEqual([]);
    expect(event?.reason).toMatch(/ENCRYPTION_KEY has another key under the id "default"/);
    const [renamed] = logEvents(
      await world.refused({ ...world.settings, ENCRYPTION_KEY: `b:${other}` }),
    ).slice(-1);
    expect(renamed?.reason).toMatch(/need the key with the id "default"/);
    const rotated = {
      ...world.settings,
      ENCRYPTION_KEY: `b:${other},default:${world.settings.ENCRYPTION_KEY}`,
    };
    const running = await QuittanceProcess.start(world.folder.path, rotated);
    expect(await running.end()).toBe(0);
  });
});
