import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { unusedPort } from '../../src/process/ports.js';
import { endWithUs } from '../harness/end-with-us.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const MAIN = join(import.meta.dirname, '../../dist/main.js');
/** What is started in it sees a terminal, and gets a signal for Ctrl-C. */
const IN_A_TERMINAL = 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))';

it('prints a pay link into the terminal, by which a newcomer pays from the dev chain, the same at each start', async () => {
  const folder = tempFolder();
  const [port, chainPort] = await Promise.all([unusedPort(), unusedPort()]);
  const settings = { DATA_DIR: folder.path, PORT: String(port), DEV_CHAIN_PORT: String(chainPort) };

  const started = async () => {
    const child = spawn('python3', ['-c', IN_A_TERMINAL, process.execPath, MAIN], {
      cwd: folder.path,
      env: { PATH: process.env.PATH, ...settings },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.pid) child.once('exit', endWithUs(child.pid, 'TERM', folder.path));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const linkIn = () => /Pay in a browser.*\s+(http:\S+\/pay\/[0-9a-f]{32})\s/.exec(said)?.[1];
    await waitFor('the link', () => Promise.resolve(linkIn() !== undefined), 120_000).catch(
      (error: Error) => {
        throw new Error(`${error.message}\n${said}`);
      },
    );
    const end = async () => {
      child.stdin.write('\u0003');
      await once(child, 'exit');
    };
    return { link: linkIn() as string, end };
  };

  const first = await started();
  const page = async () => (await fetch(first.link)).text();
  const action = /action="([^"]+\/dev-payment[^"]*)"/.exec(await page())?.[1] ?? '';
  const body = new URLSearchParams({ option: '0' });
  expect((await fetch(new URL(action, first.link), { method: 'POST', body })).status).toBe(200);
  await waitFor(
    'the page to say that it is paid',
    async () => /data-situation="done"/.test(await page()),
    60_000,
  );
  await first.end();

  const second = await started();
  expect(second.link).toBe(first.link);
  await second.end();
  folder.remove();
});
