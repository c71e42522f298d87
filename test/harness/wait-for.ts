import { nextNews } from './awake.js';

/** What no news tells of is looked for so often. */
const POLL_MS = 50;
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
  for (;;) {
    const news = nextNews(POLL_MS);
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`waited ${timeoutMs} ms for: ${what}`);
    await news;
  }
}
