import { afterRunningMs } from '../../process/running-time.js';

/** Someone whose answer is wanted beside those of the others. */
export interface Asked<T> {
  ask: () => Promise<T>;
  /** How much longer than the first to answer it may take, in ms. */
  graceMs: number;
  /** Told when it took longer than that. @returns why it counts as not having answered */
  leftBehind: () => Error;
}

/**
 * Asks all at once. As soon as one has answered, each of the others has its grace to answer as well; as long as none
 * has, all are waited for. A failure is no answer: it shortens nobody's time.
 * @returns what became of each, in their order; one that is left behind counts as failed, and whatever it still says is
 * not looked at
 */
export async function everyAnswer<T>(asked: readonly Asked<T>[]): Promise<PromiseSettledResult<T>[]> {
  const running = asked.map(({ ask }) => ask());
  // Where all fail, the outcome of each is in its own promise.
  const first = Promise.any(running).catch(() => undefined);
  return Promise.allSettled(
    running.map((answer, index) => withGrace(answer, asked[index] as Asked<T>, first)),
  );
}

async function withGrace<T>(
  answer: Promise<T>,
  { graceMs, leftBehind }: Asked<T>,
  first: Promise<unknown>,
): Promise<T> {
  let cancelTimer = (): void => undefined;
  let isDone = false;
  const late = new Promise<never>((_resolve, reject) => {
    void first.then(() => {
      if (!isDone) cancelTimer = afterRunningMs(graceMs, () => reject(leftBehind()));
    });
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    isDone = true;
    cancelTimer();
  }
}
