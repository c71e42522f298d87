import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, endProcess, isRunning } from '../../process/processes.js';
import { readIfThere } from './small-file.js';

/** SIGINT is Postgres's fast shutdown; SIGQUIT its immediate one, from which it recovers at the next start. */
const STOP = { ask: 'SIGINT', insist: 'SIGQUIT', afterMs: 10_000 } as const;

export interface Postmaster {
  pid: number;
  port: number;
}

/** The process that serves a cluster now; null when none does. */
export function findPostmaster(cluster: string): Postmaster | null {
  const lines = readIfThere(pidFile(cluster))?.split('\n') ?? [];
  const pid = Number(lines[0]);
  return pid > 0 && isRunning(pid, cluster) ? { pid, port: Number(lines[3]) } : null;
}

export function endPostmaster(pid: number, cluster: string): Promise<void> {
  return endProcess(pid, cluster, STOP);
}

/** Ends the Postgres that a killed Quittance left behind on a cluster. */
export async function endOrphan(cluster: string, log: (line: string) => void): Promise<void> {
  const orphan = findPostmaster(cluster);
  if (orphan) {
    log(`ending the Postgres (process ${orphan.pid}) that a killed Quittance left behind`);
    await endPostmaster(orphan.pid, cluster);
  }
  forgetStranger(cluster);
}

/**
 * A postmaster.pid whose process id has gone to a stranger would keep Postgres from starting. One whose process has
 * ended stays: Postgres reads in it whether backends of the dead one still hold the shared memory.
 */
function forgetStranger(cluster: string): void {
  const pid = Number(readIfThere(pidFile(cluster))?.split('\n')[0]);
  if (pid > 0 && commandLineOf(pid) !== null && !isRunning(pid, cluster)) rmSync(pidFile(cluster));
}

function pidFile(cluster: string): string {
  return join(cluster, 'postmaster.pid');
}
