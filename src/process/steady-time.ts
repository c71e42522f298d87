/** A clock that nobody sets: the time of our start, and what has passed since. */
export const steadyTime = { nowMs: () => performance.timeOrigin + performance.now() };

/**
 * Ms since 1970, by that clock. For what waits or counts within this process: by the host's clock, one that goes back by
 * an hour would have it wait for that hour. What is compared with times in rows takes `databaseClock`.
 */
export function steadyMs(): number {
  return steadyTime.nowMs();
}
