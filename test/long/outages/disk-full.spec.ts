import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { writeChainsFile } from '../../harness/chains-file.js';
import { QuittanceProcess } from '../../harness/quittance-process.js';
import { type TempFolder, tempFolder } from '../../harness/temp-folder.js';
import { TestChain } from '../../harness/test-chain.js';
import { waitFor } from '../../harness/wait-for.js';

const BACK_WITHIN_MS = 90_000;

let folder: TempFolder;
let chain: TestChain;
let quittance: QuittanceProcess | null;

beforeEach(async () => {
  folder = tempFolder();
  chain = await TestChain.start();
  quittance = null;
});
afterEach(async () => {
  await quittance?.end();
  spawnSync('umount', [join(folder.path, 'disk')]);
  await chain.stop();
  folder.remove();
});

/** A disk of its own for DATA_DIR; null where the machine lets nobody mount one. */
function smallDisk(): string | null {
  const disk = join(folder.path, 'disk');
  mkdirSync(disk);
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=220m,mode=0755', 'tmpfs', disk], {
    encoding: 'utf8',
  });
  if (status === 0) return disk;
  console.warn(`NOT SHOWN on this machine: a really full disk, as it mounts none here (${stderr.trim()})`);
  return null;
}

async function ready(): Promise<number> {
  const answer = await fetch(`${quittance?.url}/health/ready`);
  return answer.status;
}

describe('the embedded Postgres', () => {
  it('whose disk fills up until it gives up: is started again, and everything goes on, once there is room', async () => {
    const disk = smallDisk();
    if (disk === null) return;
    const dataDir = join(disk, 'data');
    mkdirSync(dataDir, { mode: 0o755 });
    const chainsFile = join(folder.path, 'chains.yaml');
    writeChainsFile(chainsFile, chain.config);
    quittance = await QuittanceProcess.start(dataDir, { CHAINS_FILE: chainsFile });
    const { id, address } = await quittance.request<{ id: string; address: string }>('POST', '/payments', {
      chain: 'testchain',
      amount: '1000',
    });
    const password = readFileSync(join(dataDir, 'postgres/password'), 'utf8');
    const port = readFileSync(join(dataDir, 'postgres/port'), 'utf8');

    const filler = join(disk, 'filler');
    fill(filler);
    await chain.pay(address, 1_000n);
    await chain.mine(5);
    const make = () => quittance?.request('POST', '/payments', { chain: 'testchain', amount: '1' });
    await waitFor('a write to be refused', () => make()?.then(() => false, refusedAsUnavailable));
    // Its log cannot grow beyond the segments that it has: at the next one it gives up.
    const client = new pg.Client(`postgres://quittance:${password}@127.0.0.1:${port}/quittance`);
    client.on('error', () => undefined);
    await client.connect();
    await waitFor('Postgres to have given up', async () => {
      await client
        .query('SELECT pg_logical_emit_message(false, $1, repeat($1, 1000000))', ['x'])
        .catch(() => undefined);
      return /ended by itself/.test(quittance?.output ?? '');
    });
    await client.end().catch(() => undefined);
    expect(quittance.output).toMatch(/The disk of \S+ is full/);
    expect(await ready()).toBe(503);
    expect(await make()?.then(() => false, refusedAsUnavailable)).toBe(true);

    rmSync(filler);
    await waitFor('Quittance to be ready', async () => (await ready()) === 200, BACK_WITHIN_MS);
    const status = async () =>
      (await quittance?.request<{ status: string }>('GET', `/payments/${id}`))?.status;
    await waitFor(
      'the payment to be confirmed',
      async () => (await status()) === 'confirmed',
      BACK_WITHIN_MS,
    );
    await make();
  });
});

function fill(file: string): void {
  for (const size of [2 ** 20, 4_096]) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  }
}

/** Any other answer is a failure of the test. */
function refusedAsUnavailable(error: Error): boolean {
  expect(error.message).toContain(' answered 503');
  return true;
}
