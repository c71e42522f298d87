import { afterRunningMs } from './running-time.js';

/** The value, or the other one when it takes longer. Time in which this process stood still is not counted. */
export async function within<T>(timeoutMs: number, value: Promise<T>, otherwise: T): Promise<T> {
  let takeBack: (() => void) | undefined;
  const late = new Promise<T>((resolve) => {
    takeBack = afterRunningMs(timeoutMs, () => resolve(otherwise));
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    takeBack?.();
  }
}
