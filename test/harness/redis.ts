import { spawn, spawnSync } from 'node:child_process';
import { ended } from '../../src/process/processes.js';
import { unusedPort } from '../../src/process/ports.js';
import { endWithUs } from './end-with-us.js';

export interface RunningRedis {
  url: string;
  port: number;
  /** Answers nothing and closes nothing, until it is thawed. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export const hasRedis = () => spawnSync('redis-server', ['--version']).status === 0;

/** A Redis of its own, in memory only: one that starts again in its place knows nothing. */
export async function startRedis(
  inPlaceOf?: RunningRedis,
  settings: readonly string[] = [],
): Promise<RunningRedis> {
  const port = inPlaceOf?.port ?? (await unusedPort());
  const child = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', ...settings],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const callOff = endWithUs(child.pid as number, 'KILL');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      if (chunk.includes('Ready to accept connections')) resolve();
    });
  });
  const stop = async () => {
    child.kill('SIGKILL');
    await ended(child);
    callOff();
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    stop,
  };
}
