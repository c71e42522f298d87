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
