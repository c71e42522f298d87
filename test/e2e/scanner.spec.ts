import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let app: TestApp;

// A chain of its own for each: databases of their own begin with the same addresses.
beforeEach(async () => {
  chain = await TestChain.start();
});
afterEach(async () => {
  await app.stop();
  await chain.stop();
});

describe('a node that is behind what was scanned', () => {
  it('is waited for on whichever branch it is, and believed once it has grown as far', async () => {
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
