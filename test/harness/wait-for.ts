import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 15;
/** Only what never comes takes so long, however slow the machine is. */
const LONG_MS = 60_000;

/**
 * Waits until a condition gives something, and returns it.
 * @param what for the message, as in "payment confirmed"
 * @throws Error when it gave nothing within `timeoutMs`
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = LONG_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await delay(POLL_MS);
  }
}
