import { type AddressInfo, createServer } from 'node:net';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../../src/process/processes.js';
import { TEST_SECRET } from '../harness/app.js';
import { create, pay, read, statusOf } from '../harness/dev-payments.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { Receiver } from '../harness/receiver.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

let folder: TempFolder;
let receiver: Receiver;
let running: QuittanceProcess | null = null;

beforeAll(async () => {
  folder = tempFolder();
  receiver = await Receiver.start();
});
afterAll(async () => {
  await endRunning();
  await receiver.stop();
  folder.remove();
});

async function start(settings: Record<string, string> = {}): Promise<QuittanceProcess> {
  running = await QuittanceProcess.start(folder.path, {
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: TEST_SECRET,
    ...settings,
  });
  return running;
}

/** The one that the test before has left running; each start takes seconds. */
async function alive(): Promise<QuittanceProcess> {
  return running === null || running.hasEnded ? start() : running;
}

async function endRunning(): Promise<void> {
  await running?.end();
  running = null;
}

async function failToStart(settings: Record<string, string>): Promise<string> {
  const quittance = await QuittanceProcess.spawn(folder.path, settings);
  await waitFor('the process to give up', () => quittance.hasEnded);
  expect(await quittance.end()).toBe(1);
  return quittance.output;
}

describe('with no settings', () => {
  it('keeps its key, data and chain between starts, and leaves no process behind', async () => {
    const first = await start();
    const key = first.apiKey;
    const payment = await create(first);
    const children = first.childPids();
    expect(children).toHaveLength(2);
    expect(await first.end('SIGINT')).toBe(0);
    for (const pid of children) expect(commandLineOf(pid)).toBeNull();

    const second = await start();
    expect(second.apiKey).toBe(key);
    expect(second.output).not.toMatch(/lost|left behind|not ended properly/);
    await expect(read(second, payment.id)).resolves.toMatchObject({
      id: payment.id,
      address: payment.address,
    });
    const next = await create(second);
    expect(next.address).not.toBe(payment.address);
  });

  it.each(['paid', 'detected', 'confirmed'])(
    'confirms a payment once, and announces it, after a kill -9 of everything when it was %s',
    async (moment) => {
      const killed = await alive();
      const payment = await create(killed);
      const hash = await pay(killed, payment);
      // On a busy machine it may be confirmed before anybody sees it detected.
      if (moment !== 'paid') await statusOf(killed, payment.id, moment, 'confirmed');
      await killed.killTree();

      const next = await start();
      const confirmed = await statusOf(next, payment.id, 'confirmed');
      expect(confirmed).toMatchObject({
        amount_received: '1000',
        exception: null,
        transfers: [{ tx_hash: hash }],
      });
      await receiver.waitForEvent(payment.id, 'payment.confirmed');
      const ids = receiver.of(payment.id, 'payment.confirmed').map(({ headers }) => headers['webhook-id']);
      expect(new Set(ids).size).toBe(1);
    },
  );

  it('starts a lost dev chain again in step with the database', async () => {
    const before = await alive();
    const payment = await create(before);
    await pay(before, payment);
    await statusOf(before, payment.id, 'confirmed');
    await before.end();
    rmSync(join(folder.path, 'devchain'), { recursive: true });

    const after = await start();
    expect(after.output).toMatch(/the dev chain was lost: a new one starts at block \d+/);
    await expect(read(after, payment.id)).resolves.toMatchObject({ status: 'confirmed' });
    const next = await create(after);
    await pay(after, next);
    await statusOf(after, next.id, 'confirmed');
  });

  it('refuses a second start on the same data folder, and names the first', async () => {
    await alive();
    await expect(failToStart({})).resolves.toMatch(/another Quittance \(process \d+\) uses the data folder/);
  });
});

describe('a start', () => {
  // Whoever uses the data folder is what it would complain of.
  beforeAll(endRunning);

  it('on a port that is in use says so', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await expect(failToStart({ PORT: String(port) })).resolves.toContain(`port ${port} is in use`);
    server.close();
  });

  it('without its database says so, and does not repeat the password', async () => {
    const output = await failToStart({ DATABASE_URL: 'postgres://quittance:hunter2@127.0.0.1:1/quittance' });
    expect(output).toContain('the database at 127.0.0.1:1 cannot be reached (ECONNREFUSED)');
    expect(output).not.toContain('hunter2');
  });

  it('in production makes nothing up', async () => {
    const output = await failToStart({ NODE_ENV: 'production' });
    for (const name of ['CHAINS_FILE', 'XPUB', 'ENCRYPTION_KEY']) expect(output).toContain(`${name}: `);
  });
});
