import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { commandLineOf } from '../../src/process/processes.js';
import { create, read } from '../harness/dev-payments.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { type TempFolder, tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

let folder: TempFolder;
let running: QuittanceProcess | null = null;

beforeAll(() => {
  folder = tempFolder();
});
afterEach(async () => {
  await running?.end();
  running = null;
});
afterAll(() => folder.remove());

async function start(): Promise<QuittanceProcess> {
  running = await QuittanceProcess.start(folder.path);
  return running;
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
});

describe('a start', () => {
  it('with bad settings stops and names every one of them', async () => {
    const output = await failToStart({ PORT: 'http', ROLES: 'cook', WEBHOOK_URL: 'shop.example' });
    expect(output).toMatch(/3 problems/);
    for (const name of ['PORT', 'ROLES', 'WEBHOOK_URL']) expect(output).toContain(`${name}: `);
  });
});
