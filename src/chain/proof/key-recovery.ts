import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Coalescer } from '../../process/coalescer.js';
import { steadyMs } from '../../process/steady-time.js';
import { KEY_BYTES, keyOf } from './recovered-key.js';

/** Beside this file where it was built; from its source, where it was built last: a worker runs no TypeScript. */
const FILES = ['recovery-worker.js', '../../../dist/chain/proof/recovery-worker.js'].map((one) =>
  join(import.meta.dirname, one),
);

/** Fewer than these are not worth the way to another thread: at the head of a chain there are one or two. */
const FEW = 4;
/** Of so many at once, each takes less than a millisecond. */
const MOST = 200;

export interface RecoveryOptions {
  /** What runs in the thread. */
  file?: string | undefined;
  timeLimitMs?: number;
  /** Of a thread that nobody needs. */
  idleMs?: number;
  /** For how long none is started after one failed. */
  restMs?: number;
}

interface Waiting {
  resolve: (keys: Uint8Array) => void;
  reject: (error: Error) => void;
}

/**
 * Recovers public keys, which takes longer than all that a block is otherwise proved by: while catching up, where many
 * are asked for at once, in a thread of its own. One that fails, or takes too long, only costs time: what it was to do is
 * done here.
 */
export class KeyRecovery {
  private readonly file: string | undefined;
  private readonly timeLimitMs: number;
  private readonly idleMs: number;
  private readonly restMs: number;
  private worker: Worker | null = null;
  private waiting: Waiting | null = null;
  private idle: NodeJS.Timeout | undefined;
  private restsUntilMs = -Infinity;
  /** How many the thread has recovered. */
  countInThread = 0;
  private readonly asked = new Coalescer<Uint8Array, Uint8Array | null>((all) => this.recover(all), MOST, 1);

  constructor({ file, timeLimitMs = 5_000, idleMs = 60_000, restMs = 60_000 }: RecoveryOptions = {}) {
    this.file = file ?? FILES.find(existsSync);
    this.timeLimitMs = timeLimitMs;
    this.idleMs = idleMs;
    this.restMs = restMs;
  }

  /** @param signed as `recovered-key.ts` takes it. @returns null: nobody signed that */
  keyOf(signed: Uint8Array): Promise<Uint8Array | null> {
    return this.asked.call(signed);
  }

  private async recover(all: readonly Uint8Array[]): Promise<(Uint8Array | null)[]> {
    if (all.length < FEW || this.file === undefined || steadyMs() < this.restsUntilMs) return all.map(keyOf);
    try {
      const keys = await this.inThread(this.file, Buffer.concat(all));
      if (keys.length !== all.length * KEY_BYTES) return all.map(keyOf);
      this.countInThread += all.length;
      return all.map((_signed, index) => {
        const key = keys.subarray(index * KEY_BYTES, (index + 1) * KEY_BYTES);
        return key[0] === 0 ? null : key;
      });
    } catch {
      return all.map(keyOf);
    }
  }

  private async inThread(file: string, signed: Uint8Array): Promise<Uint8Array> {
    clearTimeout(this.idle);
    const worker = (this.worker ??= this.start(file));
    const limit = setTimeout(
      () => this.ended(worker, new Error('the thread takes too long')),
      this.timeLimitMs,
    );
    try {
      return await new Promise<Uint8Array>((resolve, reject) => {
        this.waiting = { resolve, reject };
        worker.postMessage(signed);
      });
    } finally {
      clearTimeout(limit);
      this.waiting = null;
      this.idle = setTimeout(() => this.end(worker), this.idleMs).unref();
    }
  }

  private start(file: string): Worker {
    // It reads nothing of the environment, which has secrets, and needs no loader that we were started with.
    const worker = new Worker(file, { env: {}, execArgv: [] });
    worker.on('message', (keys: Uint8Array) => {
      if (worker === this.worker) this.waiting?.resolve(keys);
    });
    worker.on('error', (error: Error) => this.ended(worker, error));
    worker.on('exit', () => this.ended(worker, new Error('the thread ended')));
    // Nothing waits for its end. Whoever listens to messages waits again, so it is said last.
    worker.unref();
    return worker;
  }

  private ended(worker: Worker, error: Error): void {
    if (worker !== this.worker) return;
    this.restsUntilMs = steadyMs() + this.restMs;
    this.end(worker);
    this.waiting?.reject(error);
  }

  private end(worker: Worker): void {
    if (worker === this.worker) this.worker = null;
    void worker.terminate();
  }
}
