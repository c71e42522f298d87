import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Semaphore } from '../process/semaphore.js';
import { UnusableLogoError } from './logo-format.js';
import { type Logo } from './logo-image.js';
import { type DrawnLogo } from './logo-worker.js';

/** Beside this file where it was built; a worker runs no TypeScript. */
const FILES = ['logo-worker.js', '../../dist/branding/logo-worker.js'].map((one) =>
  join(import.meta.dirname, one),
);
const TIME_LIMIT_MS = 10_000;
const MOST_HEAP_MB = 256;
/** Each may take as much memory as that. */
const oneAtATime = new Semaphore(1);

/**
 * In a thread of its own: the server goes on meanwhile, and a file that takes too long, or too much, ends that thread
 * and nothing else.
 * @throws UnusableLogoError
 */
export function logoOf(bytes: Buffer, timeLimitMs = TIME_LIMIT_MS): Promise<Logo> {
  return oneAtATime.hold(() => drawnInThread(bytes, timeLimitMs));
}

function drawnInThread(bytes: Buffer, timeLimitMs: number): Promise<Logo> {
  const worker = new Worker(FILES.find(existsSync) ?? (FILES[0] as string), {
    workerData: new Uint8Array(bytes),
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP_MB },
    // It reads nothing of the environment, which has secrets.
    env: {},
  });
  return new Promise<Logo>((resolve, reject) => {
    const refuse = (why: string) => reject(new UnusableLogoError(`${why}; export it again, smaller`));
    const timer = setTimeout(() => refuse('takes too long to read'), timeLimitMs);
    worker.on('message', (drawn: DrawnLogo) => {
      if ('problem' in drawn) return reject(new UnusableLogoError(drawn.problem));
      resolve({ ...drawn.logo, png: Buffer.from(drawn.logo.png) });
    });
    worker.on('error', ({ message }) => refuse(`cannot be read (${message})`));
    worker.on('exit', () => {
      clearTimeout(timer);
      refuse('cannot be read');
    });
    // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for what it is given.
  }).finally(() => worker.terminate());
}
