import { setTimeout as delay } from 'node:timers/promises';
import { TooFewAnswersError } from '../chain/rpc/agreed-answers.js';

const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 15_000;

/** Waits before the same thing is asked again. @throws to give up */
export type OnTooFew = (error: TooFewAnswersError) => Promise<void>;

/**
 * Asks again and again while one endpoint alone answers. That has an end: another answers, or was silent for so long that
 * the one is believed (`AgreedAnswers`), which knows of silence only by being asked.
 * @param onTooFew without it, nobody waits: the error is thrown
 */
export async function untilEnough<T>(read: () => Promise<T>, onTooFew?: OnTooFew): Promise<T> {
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (onTooFew === undefined || !(error instanceof TooFewAnswersError)) throw error;
      await onTooFew(error);
    }
  }
}

/**
 * Pauses that grow to a quarter of a minute.
 * @param tell is given the reason of each
 * @param signal ends one at once, which then throws
 */
export function growingPauses(tell: (reason: string) => void, signal?: AbortSignal): OnTooFew {
  let ms = FIRST_PAUSE_MS;
  return async ({ message }) => {
    tell(message);
    await delay(ms, undefined, { ...(signal && { signal }) });
    ms = Math.min(LONGEST_PAUSE_MS, ms * 2);
  };
}
