import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

/** For a process to start on a machine that is busy. */
const START_MS = 120_000;

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
    const quiet = { ...chain.config, blockTimeMs: 1_000 };
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

describe('several scanners', () => {
  const folder = tempFolder();
  const running: QuittanceProcess[] = [];

  afterAll(async () => {
    await Promise.all(running.map((scanner) => scanner.killTree()));
    folder.remove();
  });

  async function startScanner(databaseUrl: string): Promise<QuittanceProcess> {
    const scanner = await QuittanceProcess.spawn(folder.path, {
      DATABASE_URL: databaseUrl,
      ROLES: 'scanner',
      CHAINS_FILE: join(folder.path, 'chains.yaml'),
      MNEMONIC: TEST_MNEMONIC,
      ENCRYPTION_KEY: Buffer.alloc(32, 1).toString('base64'),
    });
    running.push(scanner);
    return scanner;
  }

  it('share no chain: when the one at work is killed, another goes on, with no gap and no double', async () => {
    writeChainsFile(join(folder.path, 'chains.yaml'), chain.config);
    app = await TestApp.start({ chains: [chain.config], settings: { roles: ['api'] } });
    const first = await startScanner(app.database.url);
    await waitFor('the first to scan', () => first.output.includes('"scanning"'), START_MS);
    const second = await startScanner(app.database.url);
    await waitFor(
      'the second to stand by',
      () => second.output.includes('another process scans this chain'),
      START_MS,
    );
    const payments = [];
    for (let count = 0; count < 6; count += 1) {
      payments.push(await app.createPayment({ expires_in_minutes: 40_000 }));
      await chain.pay(payments[count]!.address, 1000n);
      await chain.mine(1);
      if (count === 2) await first.killTree();
    }
    await waitFor('the second to take over', () => second.output.includes('"scanning"'));
    await chain.mine(3);
    for (const payment of payments) {
      const confirmed = await app.waitForStatus(payment.id, 'confirmed');
      expect(confirmed.amount_received).toBe('1000');
      expect((await app.eventsOf(payment.id)).filter((type) => type === 'payment.confirmed')).toHaveLength(1);
    }
  });
});
