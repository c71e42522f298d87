import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toChainId } from '../../src/ids/ids.js';
import { unusedPort } from '../../src/process/ports.js';
import { writeChainsFile } from '../harness/chains-file.js';
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

  it('says when no chain is served', async () => {
    const wrong = join(world.folder.path, 'wrong.yaml');
    writeChainsFile(wrong, { ...world.chain.config, chainId: toChainId(31_338) });
    const running = await QuittanceProcess.start(world.folder.path, {
      ...world.settings,
      XPUB: '',
      ROLES: 'scanner',
      CHAINS_FILE: wrong,
    });
    expect(await running.end()).toBe(0);
    const told = logEvents(running.output);
    expect(told.find(({ msg }) => msg === 'started')).toMatchObject({
      chains: [{ name: 'testchain', chain_id: 31_338, state: 'refused' }],
    });
    expect(told.find(({ msg }) => String(msg).startsWith('no chain is served'))).toMatchObject({
      level: 'error',
    });
  });

  it('shows metrics and the details of health on METRICS_PORT, and not beside the API', async () => {
    const port = await unusedPort();
    const running = await QuittanceProcess.start(world.folder.path, {
      ...world.settings,
      METRICS_PORT: String(port),
    });
    const asked = async (at: string) => {
      const answer = await fetch(at);
      return { status: answer.status, text: await answer.text() };
    };
    const own = `http://127.0.0.1:${port}`;
    expect((await asked(`${own}/metrics`)).text).toContain('quittance_build_info');
    expect((await asked(`${own}/health`)).text).toContain('"endpoints"');
    expect(await asked(`${own}/health/ready`)).toMatchObject({ status: 200 });
    expect(await asked(`${own}/health/live`)).toEqual({ status: 200, text: '{"status":"ok"}' });
    expect(await asked(`${own}/api/v1/payments`)).toMatchObject({ status: 404 });
    expect(await asked(`${running.url}/metrics`)).toMatchObject({ status: 401 });
    expect((await asked(`${running.url}/health`)).text).toBe('{"status":"ok"}');
    expect(await running.end()).toBe(0);
  });
});
