import { type ChildProcess, spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unusedPort } from '../../process/ports.js';
import { ended } from '../../process/processes.js';
import { steadyMs } from '../../process/steady-time.js';

const require = createRequire(import.meta.url);
const START_TIMEOUT_MS = 30_000;
/**
 * States of the last 500 blocks are in memory. Older ones would be written to the user's home folder, a whole state for
 * each block, and stay there when the node is killed: thousands of blocks are gigabytes.
 */
const NOTHING_ON_DISK = ['--max-persisted-states', '0'];
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

export interface RunningAnvil {
  url: string;
  pid: number;
  /** @throws JsonRpcError */
  rpc<T = unknown>(method: string, params?: unknown[]): Promise<T>;
  kill(): Promise<void>;
}

export class JsonRpcError extends Error {
  constructor(
    readonly rpcCode: number,
    message: string,
  ) {
    super(message);
  }
}

/** Starts an EVM node of its own on a free port of 127.0.0.1, in a process group of its own. */
export async function startAnvil(args: readonly string[]): Promise<RunningAnvil> {
  const port = await unusedPort();
  const own = ['--port', String(port), '--host', '127.0.0.1', '--quiet', ...NOTHING_ON_DISK];
  const child = spawn(anvilBinary(), [...own, ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.on('error', () => undefined);
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-2_000)));
  const url = `http://127.0.0.1:${port}`;
  const rpc = <T>(method: string, params: unknown[] = []) => callRpc<T>(url, method, params);
  if (!(await answers(child, rpc))) {
    child.kill('SIGKILL');
    throw new Error(`anvil did not start: ${complaint || `exit code ${child.exitCode}`}`);
  }
  child.unref();
  const kill = async () => {
    child.kill('SIGKILL');
    await ended(child);
  };
  return { url, pid: child.pid as number, rpc, kill };
}

/** The platform's own package holds the binary; the launcher before it would be one more process to look after. */
export function anvilBinary(): string {
  const os = process.platform;
  const name = `@foundry-rs/anvil-${os}-${ARCHITECTURES[process.arch] ?? process.arch}`;
  try {
    return join(
      dirname(require.resolve(`${name}/package.json`)),
      'bin',
      os === 'win32' ? 'anvil.exe' : 'anvil',
    );
  } catch {
    throw new Error(
      `there is no anvil for ${os}-${process.arch}; set CHAINS_FILE to run without the dev chain`,
    );
  }
}

export async function callRpc<T>(url: string, method: string, params: unknown[] = []): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  const answer = (await response.json()) as { result: T; error?: { code: number; message: string } };
  if (answer.error) throw new JsonRpcError(answer.error.code, `${method}: ${answer.error.message}`);
  return answer.result;
}

async function answers(child: ChildProcess, rpc: RunningAnvil['rpc']): Promise<boolean> {
  const deadline = steadyMs() + START_TIMEOUT_MS;
  while (
    child.exitCode === null &&
    child.signalCode === null &&
    child.pid !== undefined &&
    steadyMs() < deadline
  ) {
    try {
      await rpc('eth_chainId');
      return true;
    } catch {
      await delay(20);
    }
  }
  return false;
}
