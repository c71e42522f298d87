import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** `1-500,507`, for seeds that are asked for by a variable. */
export function seedsOf(text: string): number[] {
  return text.split(',').flatMap((range) => {
    const [first, last] = range.split('-').map(Number) as [number, number?];
    return Array.from({ length: (last ?? first) - first + 1 }, (_, index) => first + index);
  });
}

/** As many at a time as `SIMULATION_AT_ONCE` says: each waits for more than it computes. */
export const AT_ONCE = Number(process.env.SIMULATION_AT_ONCE ?? 1);

/**
 * Plays games in their order, some of them at the same time: those after the one that is waited for have begun by then.
 * @returns plays one of them, or waits for it
 */
export function aheadOf<T>(
  games: readonly T[],
  play: (game: T) => Promise<void>,
): (game: T) => Promise<void> {
  const begun = new Map<T, Promise<void>>();
  return (game) => {
    const place = games.indexOf(game);
    for (const next of games.slice(place, place + AT_ONCE)) {
      if (begun.has(next)) continue;
      const played = play(next);
      // It is told where it is waited for.
      played.catch(() => undefined);
      begun.set(next, played);
    }
    return begun.get(game) as Promise<void>;
  };
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
