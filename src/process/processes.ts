import { type ChildProcess, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { steadyMs } from './steady-time.js';

const POLL_MS = 20;

/** The command line of a running process; null when there is none with that id. */
export function commandLineOf(pid: number): string | null {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() || null;
    } catch {
      return null;
    }
  }
  const { status, stdout } = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}

/** Whether the process is alive and is the one meant: process ids are used again, command lines tell. */
export function isRunning(pid: number, marker: string): boolean {
  return commandLineOf(pid)?.includes(marker) ?? false;
}

/**
 * Ends a process, first asking, then insisting.
 * @param marker part of its command line, so that a stranger who got its id is left alone
 */
export async function endProcess(
  pid: number,
  marker: string,
  signals: { ask: NodeJS.Signals; insist: NodeJS.Signals; afterMs: number },
): Promise<void> {
  for (const signal of [signals.ask, signals.insist]) {
    if (!isRunning(pid, marker)) return;
    if (!send(pid, signal)) return;
    const deadline = steadyMs() + signals.afterMs;
    while (isRunning(pid, marker) && steadyMs() < deadline) await delay(POLL_MS);
  }
}

/** @returns false when the process has ended meanwhile */
function send(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Resolves once the child has ended. Keeps this process alive for it, also when the child was unref'd. */
export function ended(child: ChildProcess): Promise<void> {
  child.ref();
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
}
