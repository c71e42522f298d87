import { setTimeout as delay } from 'node:timers/promises';
import {
  type EmbeddedPostgresOptions,
  roomNeeded,
  type RunningPostgres,
  startEmbeddedPostgres,
} from './embedded-postgres.js';
import { steadyMs } from '../../process/steady-time.js';

export interface KeptPostgres {
  url: string;
  /** Where its files are. */
  folder: string;
  stop(): Promise<void>;
}

interface KeepOptions extends EmbeddedPostgresOptions {
  /** A line for the operator that something is wrong. */
  warn: (line: string) => void;
}

/** Between attempts: what ended it may last, as a full disk does. */
const RETRY_MS = 5_000;
const SAY_EVERY_MS = 30_000;

/**
 * Starts the Postgres of a data folder, and starts it again whenever it ends by itself: on a full disk it gives up (its
 * write-ahead log has to grow), and the kernel may end it when memory is short. Its URL stays as it is, and what was
 * committed is there again.
 * @throws what `startEmbeddedPostgres` does, of the first start
 */
export async function keepPostgres(options: KeepOptions): Promise<KeptPostgres> {
  let running = await startEmbeddedPostgres(options);
  const stopping = new AbortController();
  const { url, folder } = running;
  const watch = async (): Promise<void> => {
    for (;;) {
      await running.ended;
      if (stopping.signal.aborted) return;
      options.warn(
        `the embedded Postgres ended by itself and is started again.${told(() => roomNeeded(folder))} ` +
          `Its log ends:\n${told(() => running.lastWords())}`,
      );
      const port = Number(new URL(url).port);
      const again = await startAgain({ ...options, port, signal: stopping.signal });
      if (again === null) return;
      running = again;
      options.log('the embedded Postgres runs again');
    }
  };
  const watched = watch();
  const stop = async (): Promise<void> => {
    stopping.abort();
    await running.stop();
    await watched;
  };
  return { url, folder, stop };
}

/** What can be read of it: the disk that ended it may refuse that as well. */
function told(read: () => string): string {
  try {
    return read();
  } catch (error) {
    return `(not to be read: ${(error as Error).message})`;
  }
}

/** @returns null once it is to stop */
async function startAgain(options: KeepOptions & { signal: AbortSignal }): Promise<RunningPostgres | null> {
  const { signal } = options;
  let saidAtMs = steadyMs();
  for (;;) {
    try {
      const running = await startEmbeddedPostgres(options);
      if (!signal.aborted) return running;
      await running.stop();
      return null;
    } catch (error) {
      if (signal.aborted) return null;
      if (steadyMs() - saidAtMs >= SAY_EVERY_MS) {
        saidAtMs = steadyMs();
        options.warn(`${(error as Error).message}\nIt is tried again`);
      }
    }
    await delay(RETRY_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return null;
  }
}
