import { readdirSync, readFileSync } from 'node:fs';

/** Linux has had 100 clock ticks a second in /proc on every platform that Node runs on. */
const MS_PER_TICK = 10;

interface Process {
  parent: number;
  command: string;
  cpuMs: number;
}

/**
 * CPU time that the processes below this one have used so far, by command (`node`, `anvil`, `postgres`), in ms. Blocks per
 * second depend on who else uses the machine; this hardly does.
 */
export function cpuMsBelow(): Map<string, number> {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const read = /^\d+$/.test(name) ? processOf(name) : null;
    if (read !== null) all.set(Number(name), read);
  }
  const sums = new Map<string, number>();
  for (const one of all.values()) {
    if (!isBelow(one, all)) continue;
    sums.set(one.command, (sums.get(one.command) ?? 0) + one.cpuMs);
  }
  return sums;
}

/** Null: it has ended. Fields as in proc(5), of which the second is in brackets and may hold any character. */
function processOf(pid: string): Process | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const command = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return {
      parent: Number(fields[1]),
      command: command === 'anvil' || command === 'postgres' ? command : 'node',
      cpuMs: (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK,
    };
  } catch {
    return null;
  }
}

function isBelow({ parent }: Process, all: ReadonlyMap<number, Process>): boolean {
  for (let above = parent; above > 1; above = all.get(above)?.parent ?? 0)
    if (above === process.pid) return true;
  return false;
}
