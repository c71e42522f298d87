import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { stringify } from 'yaml';
import { unusedPort } from '../src/process/ports.js';
import { type BenchDatabase } from './database.js';

const ROOT = join(import.meta.dirname, '..');
/** As `npm start` and the image have it: blocks come and go by the megabyte, and need not be moved about meanwhile. */
const FLAGS = ['--max-semi-space-size=32'];
const MNEMONIC = 'only control crack movie prevent release friend soul save shoulder height weather';
export const ENCRYPTION_KEY = Buffer.alloc(32, 1).toString('base64');

/** The app on a benchmark's database. `BENCH_LOG` shows what it says, `BENCH_PROFILE` names a folder for a CPU profile. */
export class AppProcess {
  private constructor(
    private readonly child: ChildProcess,
    private readonly url: string,
  ) {}

  /** @param chain as chains.yaml has it */
  static async spawn(
    { url, folder }: BenchDatabase,
    chain: Record<string, unknown>,
    settings: Record<string, string>,
  ): Promise<AppProcess> {
    const chainsFile = join(folder, 'chains.yaml');
    writeFileSync(chainsFile, stringify([chain]));
    const port = String(await unusedPort());
    const child = spawn(process.execPath, [...profiling(), ...FLAGS, join(ROOT, 'dist/main.js')], {
      cwd: folder,
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: url,
        PORT: port,
        CHAINS_FILE: chainsFile,
        DATA_DIR: join(folder, 'app'),
        MNEMONIC,
        ENCRYPTION_KEY,
        ...settings,
      },
      stdio: ['ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore', 'inherit'],
    });
    return new AppProcess(child, `http://127.0.0.1:${port}`);
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  async ready(): Promise<void> {
    const isReady = () =>
      fetch(`${this.url}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    while (!(await isReady())) await delay(20);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await once(this.child, 'exit');
  }
}

function profiling(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}
