import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ControlView, type PlannedView, type SweepView } from '../../src/sweeper/sweep.view.js';
import { TEST_MNEMONIC } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance, type Ran } from '../harness/command-line.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { tempFolder } from '../harness/temp-folder.js';

const ETHER = 10n ** 18n;
const json = <T>({ out }: Ran) => JSON.parse(out) as T;

describe('quittance sweep', () => {
  let world: SweepWorld;
  const folder = tempFolder();
  const chainsFile = join(folder.path, 'chains.yaml');
  const sweep = (...args: string[]) =>
    quittance(['sweep', ...args], {
      DATABASE_URL: world.app.database.url,
      CHAINS_FILE: chainsFile,
      MNEMONIC: TEST_MNEMONIC,
      TREASURY_ADDRESS: TREASURY,
    });
  const listed = async (...args: string[]) => json<SweepView[]>(await sweep('list', ...args, '--json'));

  beforeAll(async () => {
    world = await SweepWorld.start();
    writeChainsFile(chainsFile, world.chain.config);
  });
  afterAll(async () => {
    await world?.stop();
    folder.remove();
  });

  it('tells what would go, holds it while paused, and has the running sweeper send it when resumed', async () => {
    const payment = await world.paid(ETHER);
    await world.app.waitForBlock(await world.chain.height());
    const [planned] = json<PlannedView[]>(await sweep('run', '--dry-run', '--json'));
    expect(planned).toMatchObject({
      payment_id: payment.id,
      goes: true,
      amount: String(ETHER),
      treasury: TREASURY,
    });
    expect(await listed()).toEqual([]);

    const paused = await sweep('pause', '--reason', 'audit', '--json');
    expect(json<ControlView>(paused)).toMatchObject({ paused: true, reason: 'audit' });
    const held = json<PlannedView[]>(await sweep('run', '--force', '--json'));
    expect(held).toMatchObject([{ payment_id: payment.id, goes: false, reason_code: 'paused' }]);
    expect(await listed('--state', 'waiting')).toMatchObject([
      { payment_id: payment.id, reason: 'sweeping is paused: audit' },
    ]);
    expect(await world.outgoing()).toEqual([]);

    const resumed = json<ControlView>(await sweep('resume', '--json'));
    expect(resumed).toMatchObject({ paused: false, reason: null });
    const going = json<PlannedView[]>(await sweep('run', '--payment', payment.id, '--json'));
    expect(going).toMatchObject([{ payment_id: payment.id, goes: true }]);
    const settled = await world.settled(payment.id);
    const [done] = await listed('--payment', payment.id);
    expect(done).toMatchObject({ state: 'confirmed', tx_hash: settled.sweep?.tx_hash, treasury: TREASURY });
    expect(await listed('--state', 'waiting')).toEqual([]);
    const { out } = await sweep('list');
    expect(out.split('\n')[0]).toMatch(/^id +payment_id +chain +token +amount +state +reason +tx_hash$/);
    expect(out).toContain(payment.id);
  });

  it('refuses mistakes in a line each, and exits with 1', async () => {
    const mistakes: [string[], RegExp][] = [
      [['run', '--payment', 'shop'], /"shop" is no payment's id/],
      [['run', '--chain', 'nochain'], /there is no chain "nochain" here; there are: testchain/],
      [['list', '--state', 'lost'], /--state lost is none of waiting, planned/],
      [['list', '--payment', `${randomUUID()},x`], /is no payment's id/],
    ];
    for (const [args, why] of mistakes) {
      const { code, out, err } = await sweep(...args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(why);
      expect(err).not.toMatch(/\n +at /);
    }
  });
});
