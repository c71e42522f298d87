import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { DeepReorgService } from '../../src/scanner/deep-reorg.service.js';
import { runningTime } from '../../src/process/running-time.js';

const runs = runningTime.nowMs;
/** As after a minute in which the process ran. */
const passMinute = () => {
  runningTime.nowMs = () => runs() + 60_000;
};

let chain: TestChain;
let app: TestApp;

// A chain of its own for each: databases of their own begin with the same addresses.
beforeEach(async () => {
  chain = await TestChain.start();
});
afterEach(async () => {
  runningTime.nowMs = runs;
  await app.stop();
  await chain.stop();
});

/** A payment that was seen, by an app that starts with it; the node is on a shorter branch by now that does not have it. */
async function detectedThenGone() {
  app = await TestApp.start({ chains: [chain.config] });
  const before = await chain.rpc<string>('evm_snapshot');
  const payment = await app.createPayment({ expires_in_minutes: 40_000 });
  await chain.pay(payment.address, 1000n);
  await chain.mine(2);
  await app.waitForStatus(payment.id, 'detected');
  await app.waitForBlock(await chain.height());
  await chain.rpc('evm_revert', [before]);
  await chain.passTime(7);
  await chain.mine(1);
  return payment;
}

describe('a node that is behind what was scanned', () => {
  it('is waited for on whichever branch it is, and believed once it has grown as far', async () => {
    const payment = await detectedThenGone();
    await waitFor('it to say so', () => app.log.some((line) => line.includes('the node is behind')));
    expect(await app.payment(payment.id)).toMatchObject({ status: 'detected', amount_received: '1000' });
    await chain.mine(2);
    await app.waitForStatus(payment.id, 'pending');
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.reorged',
    ]);
  });
});

describe('a chain that was set back', () => {
  it('to another branch that is shorter is waited for, with words, and followed after a minute', async () => {
    const payment = await detectedThenGone();
    const waits = async () => JSON.stringify((await app.request('GET', '/health')).body);
    await waitFor('it to say so', async () =>
      (await waits()).includes('below what was scanned and of another branch'),
    );
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_scanner_is_set_back\{chain="testchain"\} 1/);
    expect(await app.payment(payment.id)).toMatchObject({ status: 'detected', amount_received: '1000' });
    passMinute();
    await app.waitForStatus(payment.id, 'pending');
    const [{ number }] = await app.database.dataSource.query<[{ number: string }]>(
      'SELECT block_number AS number FROM chain_cursors',
    );
    expect(Number(number)).toBe(await chain.height());
    await waitFor('it to say nothing any more', async () =>
      (await waits()).includes('"scan_waits_for":null'),
    );
    await chain.pay(payment.address, 1000n);
    await chain.mine(1);
    await app.waitForStatus(payment.id, 'detected');
  });

  it('below every block that is remembered is halted, and goes on from where an operator says', async () => {
    app = await TestApp.start({ chains: [chain.config] });
    const before = await chain.rpc<string>('evm_snapshot');
    const ancestor = await chain.height();
    await app.createPayment({ expires_in_minutes: 40_000 });
    await chain.mine(5);
    await app.waitForBlock(ancestor + 5);
    await app.database.dataSource.query('DELETE FROM chain_blocks WHERE block_number < $1', [ancestor + 4]);
    await chain.rpc('evm_revert', [before]);
    await chain.passTime(1_000);
    await chain.mine(1);
    const chains = async () => JSON.stringify((await app.request('GET', '/api/v1/chains')).body);
    await waitFor('it to say so', () =>
      app.log.some((line) => line.includes('below what was scanned and of another branch')),
    );
    expect(await chains()).not.toContain('halted');
    passMinute();
    await waitFor('the halt', async () => (await chains()).includes('halted'));
    await app.get(DeepReorgService).accept('testchain', ancestor);
    await waitFor('the scan to go on', async () => {
      const [{ number }] = await app.database.dataSource.query<[{ number: string }]>(
        'SELECT block_number AS number FROM chain_cursors',
      );
      return Number(number) === ancestor + 1;
    });
    await waitFor('the end of the halt', async () => !(await chains()).includes('halted'));
  });
});

describe('a chain with nothing open', () => {
  it('is asked less often, and misses nothing', async () => {
    const quiet = { ...chain.config, blockTimeMs: 200 };
    app = await TestApp.start({ chains: [quiet] });
    const payment = await app.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(4);
    await app.waitForStatus(payment.id, 'confirmed');
    // Nothing is open now; what arrives is found all the same.
    await chain.pay(payment.address, 5n);
    await chain.mine(1);
    await waitFor('the rest', async () => (await app.payment(payment.id)).amount_received === '1005');
    expect(await app.payment(payment.id)).toMatchObject({ exception: 'overpaid' });
  });
});

describe('catching up', () => {
  it('reads what was mined while it was down, in order, and says how far it is', async () => {
    app = await TestApp.start({ chains: [chain.config] });
    const payments = [];
    for (let count = 0; count < 5; count += 1) {
      payments.push(await app.createPayment({ expires_in_minutes: 40_000 }));
    }
    await app.waitForBlock(await chain.height());
    await app.close();
    for (const payment of payments) {
      await chain.pay(payment.address, 600n);
      await chain.mine(30);
      await chain.pay(payment.address, 400n);
      await chain.mine(30);
    }
    const { database, merchantId } = app;
    app = await TestApp.start({ chains: [chain.config], database });
    await app.waitForBlock(await chain.height());
    const rows = await database.dataSource.query<{ status: string; amount_received: string }[]>(
      'SELECT status, amount_received FROM payments WHERE merchant_id = $1',
      [merchantId],
    );
    expect(rows).toHaveLength(5);
    for (const row of rows) expect(row).toMatchObject({ status: 'confirmed', amount_received: '1000' });
    const line = app.log.find((one) => one.includes('catching up'));
    expect(JSON.parse(line as string)).toMatchObject({
      chain: 'testchain',
      blocks_behind: expect.any(Number),
    });
    const { url } = app;
    const metrics = await waitFor('the metrics of the step', async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return text.includes('quittance_scanner_blocks_behind{chain="testchain"} 0') && text;
    });
    expect(metrics).toContain('quittance_scanner_blocks_behind{chain="testchain"} 0');
    expect(metrics).toContain('quittance_scanner_is_holder{chain="testchain"} 1');
  });
});

describe('catching up with nothing open', () => {
  it('waits no idle time between batches', async () => {
    const slow = { ...chain.config, blockTimeMs: 15_000 };
    app = await TestApp.start({ chains: [slow] });
    await app.waitForBlock(await chain.height());
    const { database } = app;
    await app.close();
    await chain.mine(100);
    app = await TestApp.start({ chains: [slow], database });
    await app.waitForBlock(await chain.height());
  });
});
