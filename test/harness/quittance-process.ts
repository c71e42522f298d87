import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedPort } from '../../src/process/ports.js';
import { endWithUs } from './end-with-us.js';
import { keepSaid, keepSecrets } from './said.js';
import { waitFor } from './wait-for.js';

const ROOT = join(import.meta.dirname, '../..');
const START_TIMEOUT_MS = 120_000;

/** `node dist/main.js` as an operator runs it, with nothing of our environment but what is given. */
export class QuittanceProcess {
  output = '';

  private constructor(
    private readonly child: ChildProcess,
    readonly dataDir: string,
    readonly url: string,
    readonly devChainUrl: string,
    private readonly settings: Record<string, string>,
  ) {
    const collect = (chunk: Buffer) => (this.output += chunk.toString());
    child.stdout?.on('data', collect);
    child.stderr?.on('data', collect);
    child.once('close', () => this.keep());
  }

  static async spawn(dataDir: string, settings: Record<string, string> = {}): Promise<QuittanceProcess> {
    const port = settings.PORT ?? String(await unusedPort());
    const chainPort = settings.DEV_CHAIN_PORT ?? String(await unusedPort());
    const child = spawn(process.execPath, [join(ROOT, 'dist/main.js')], {
      cwd: dataDir,
      env: { PATH: process.env.PATH, DATA_DIR: dataDir, PORT: port, DEV_CHAIN_PORT: chainPort, ...settings },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Ctrl-C does not reach it, so that it gets one signal: a second one would cut its own tidying short.
      detached: true,
    });
    if (child.pid) child.once('exit', endWithUs(child.pid, 'TERM', dataDir));
    return new QuittanceProcess(
      child,
      dataDir,
      `http://127.0.0.1:${port}`,
      `http://127.0.0.1:${chainPort}`,
      settings,
    );
  }

  /** Spawns it and waits until it is ready. */
  static async start(dataDir: string, settings: Record<string, string> = {}): Promise<QuittanceProcess> {
    const quittance = await QuittanceProcess.spawn(dataDir, settings);
    await quittance.ready();
    return quittance;
  }

  async ready(): Promise<void> {
    await waitFor(
      'Quittance to be ready',
      () => {
        if (this.hasEnded) throw new Error(`Quittance ended while it started:\n${this.output}`);
        return /Quittance (is ready|runs)|"msg":"started"/.test(this.output);
      },
      START_TIMEOUT_MS,
    );
  }

  /** What it has printed, and what it must not have. */
  private keep(): void {
    keepSaid(this.output);
    const {
      MNEMONIC: mnemonic,
      GAS_TANK_PRIVATE_KEY: tank,
      ENCRYPTION_KEY: key,
      WEBHOOK_SECRET: secret,
    } = this.settings;
    keepSecrets({ mnemonic, texts: [tank, key, secret] });
    const file = join(this.dataDir, 'secrets.json');
    if (!existsSync(file)) return;
    const made = JSON.parse(readFileSync(file, 'utf8')) as { mnemonic: string; encryptionKey: string };
    keepSecrets({ mnemonic: made.mnemonic, texts: [made.encryptionKey] });
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  get apiKey(): string {
    return (JSON.parse(readFileSync(join(this.dataDir, 'secrets.json'), 'utf8')) as { apiKey: string })
      .apiKey;
  }

  async request<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.apiKey}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      body: body ? JSON.stringify(body) : undefined,
    });
    if (!response.ok)
      throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** @returns the exit code, or the signal that ended it */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string | null> {
    if (!this.hasEnded) this.child.kill(signal);
    await waitFor('Quittance to end', () => this.hasEnded);
    return this.child.exitCode ?? this.child.signalCode;
  }

  /** The process ids of what it started. */
  childPids(): number[] {
    const pidIn = (file: string): number[] => {
      try {
        return [Number(readFileSync(join(this.dataDir, file), 'utf8').split('\n')[0])];
      } catch {
        return [];
      }
    };
    return [...pidIn('postgres/data/postmaster.pid'), ...pidIn('devchain/anvil.pid')];
  }

  /** kill -9 of the whole tree at once. */
  async killTree(): Promise<void> {
    for (const pid of [this.child.pid as number, ...this.childPids()]) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended already.
      }
    }
    await waitFor('Quittance to be dead', () => this.hasEnded);
  }
}
