import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `1-500,507`, for seeds that are asked for by a variable. */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
  });
}

let playing = 0;

/**
 * Plays one seed, and says what came of it at once: what ends many of them before their time would take it along. With
 * `SIMULATION_LOG=folder` each verdict is a line of a file there, and all that led to a difference is a file of its own.
 * @param which simulation it is one of, for the names of the files
 * @param run returns what was met, in words
 */
export async function playSeed(which: string, seed: number, run: () => Promise<string>): Promise<void> {
  const beganAtMs = performance.now();
  const before = process.cpuUsage();
  playing += 1;
  let atOnce = playing;
  const told = () => {
    atOnce = Math.max(atOnce, playing);
    const { user, system } = process.cpuUsage(before);
    const seconds = ((performance.now() - beganAtMs) / 1_000).toFixed(1);
    return `in ${seconds} s (${((user + system) / 1e6).toFixed(1)} s of work${atOnce > 1 ? ` of ${atOnce} at once` : ''})`;
  };
  try {
    const met = await run();
    say(which, `seed ${seed}: no difference, ${told()}: ${met}`);
  } catch (error) {
    const { message } = error as Error;
    say(which, `seed ${seed}: DIFFERENT, ${told()}`);
    process.stderr.write(`${message}\n`);
    keep((folder) => writeFileSync(join(folder, `${which}-${seed}-${Date.now()}.txt`), message));
    throw error;
  } finally {
    playing -= 1;
  }
}

function say(which: string, line: string): void {
  process.stderr.write(`${line}\n`);
  keep((folder) => appendFileSync(join(folder, `${which}.log`), `${new Date().toISOString()} ${line}\n`));
}

function keep(write: (folder: string) => void): void {
  const folder = process.env.SIMULATION_LOG;
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  write(folder);
}
