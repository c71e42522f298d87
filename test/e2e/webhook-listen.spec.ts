import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type ReceivedWebhook } from '../../src/cli/webhook-listener.js';
import { signatureHeaders } from '../../src/webhooks/signing/signer.js';
import { TEST_SECRET } from '../harness/app.js';
import { quittance } from '../harness/command-line.js';
import { waitFor } from '../harness/wait-for.js';

const ROOT = join(import.meta.dirname, '../..');
const BODY = '{"type":"payment.confirmed","payment_id":"p"}';

let folder: string;
let listener: ChildProcess;
let output: string;
let url: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quittance-listen-'));
});
afterEach(async () => {
  listener?.kill('SIGTERM');
  await waitFor('it to end', () => listener.exitCode !== null || listener.signalCode !== null);
  rmSync(folder, { recursive: true, force: true });
});

const listen = async (...options: string[]) => {
  output = '';
  listener = spawn(
    process.execPath,
    [join(ROOT, 'dist/cli.js'), 'webhook', 'listen', '--port', '0', ...options],
    {
      cwd: folder,
      env: { PATH: process.env.PATH, WEBHOOK_SECRET: TEST_SECRET },
    },
  );
  const collect = (chunk: Buffer) => (output += chunk.toString());
  listener.stdout?.on('data', collect);
  listener.stderr?.on('data', collect);
  url = await waitFor('it to listen', () => /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0]);
};
const deliver = async (body = BODY, timeoutMs = 60_000) => {
  const timestamp = Math.floor(Date.now() / 1000);
  const headers = {
    ...signatureHeaders([TEST_SECRET], { id: 'evt_1', timestamp, body: BODY }),
    'webhook-id': 'evt_1',
    'webhook-timestamp': String(timestamp),
  };
  return (await fetch(url, { method: 'POST', body, headers, signal: AbortSignal.timeout(timeoutMs) })).status;
};

describe('quittance webhook listen', () => {
  it('shows each webhook, says whether it is genuine, and needs no database', async () => {
    await listen();
    await expect(deliver()).resolves.toBe(204);
    await expect(deliver(BODY.replace('p"', 'q"'))).resolves.toBe(204);
    await waitFor('both', () => output.includes('for the 2. time'));
    expect(output).toMatch(/✓ payment\.confirmed +evt_1 · answered 204/);
    expect(output).toMatch(
      /✗ payment\.confirmed +evt_1, for the 2\. time · answered 204\n +no signature matches/,
    );
  });

  it('is sent examples by webhook trigger, as Quittance would send them', async () => {
    await listen();
    const trigger = (type: string, ...options: string[]) =>
      quittance(['webhook', 'trigger', type, '--secret', TEST_SECRET, '--to', ...options], {});
    expect(await trigger('refund.sent', url)).toMatchObject({ code: 0, err: '' });
    await waitFor('it to arrive', () => /✓ refund\.sent .* answered 204/.test(output));
    expect(await trigger('refund.sending', url)).toMatchObject({
      code: 1,
      err: expect.stringContaining('refund.sending'),
    });
    listener.kill('SIGTERM');
    await waitFor('it to end', () => listener.exitCode !== null);
    const unanswered = await trigger('refund.sent', url, '--json');
    expect(unanswered.code).toBe(1);
    expect(JSON.parse(unanswered.out)).toMatchObject({ delivered: false, status: null });
  });

  it('fails as often as it is told, in JSON for a script', async () => {
    await listen('--fail', '2', '--answer', '202', '--json');
    const answers = [await deliver(), await deliver(), await deliver()];
    expect(answers).toEqual([500, 500, 202]);
    const lines = await waitFor('three lines', () => {
      const found = output.split('\n').filter((line) => line.startsWith('{'));
      return found.length === 3 && found;
    });
    expect(lines.map((line) => JSON.parse(line) as ReceivedWebhook)).toMatchObject([
      { id: 'evt_1', times: 1, verified: true, answered: 500, body: BODY },
      { times: 2, answered: 500 },
      { times: 3, answered: 202 },
    ]);
  });

  it('hangs, or takes its time', async () => {
    await listen('--hang');
    await expect(deliver(BODY, 2_000)).rejects.toThrow(/timeout/);
    listener.kill('SIGTERM');
    await waitFor('it to end', () => listener.exitCode !== null);
    expect(listener.exitCode).toBe(0);
    await listen('--delay', '300');
    const startedAt = Date.now();
    await deliver();
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(295);
  });
});

describe('the package', () => {
  it('exports verifyWebhook for consumers, with nothing to install but Node', () => {
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers = {
      ...signatureHeaders([TEST_SECRET], { id: 'evt_1', timestamp: Number(timestamp), body: BODY }),
      'webhook-id': 'evt_1',
      'webhook-timestamp': timestamp,
    };
    const script = `import { verifyWebhook } from 'quittance/verify';
      const { secret, headers, body } = JSON.parse(process.argv[1]);
      console.log(verifyWebhook({ secret, headers, body }).type);`;
    const input = JSON.stringify({ secret: TEST_SECRET, headers, body: BODY });
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script, input], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    expect({ stdout, stderr }).toEqual({ stdout: 'payment.confirmed\n', stderr: '' });
  });
});
