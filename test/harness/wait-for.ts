import { nextNews } from './awake.js';

/** What no news tells of is looked for so often at first, and half as often again each time: each look takes CPU. */
const FIRST_POLL_MS = 30;
const LAST_POLL_MS = 120;
const SLOWER = 1.4;
/** Only what never comes takes so long, however slow the machine is. */
const LONG_MS = 60_000;

/**
 * Waits until a condition gives something, and returns it. Looks again when an app of this process has done a step or a
 * receiver was called, and now and then besides.
 * @param what for the message, as in "payment confirmed"
 * @throws Error when it gave nothing within `timeoutMs`
 */
export async function waitFor<T>(
  what: string,
  condition: () => Promise<T | null | undefined | false> | T | null | undefined | false,
  timeoutMs = LONG_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (let pollMs = FIRST_POLL_MS; ; pollMs = Math.min(LAST_POLL_MS, pollMs * SLOWER)) {
    const news = nextNews(pollMs);
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await news;
  }
}
