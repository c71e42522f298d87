import { type TestApp } from './app.js';

const running = new Set<TestApp>();
const waiting = new Set<() => void>();

/** @returns what takes it out again */
export function keepAwake(app: TestApp): () => void {
  running.add(app);
  return () => running.delete(app);
}

/** Has every app of this process look at its chains now, as it would at its next tick. */
export function wakeApps(): void {
  for (const app of running) app.wake();
}

/** Waits until no app of this process is looking at a chain. */
export async function appsAtRest(): Promise<void> {
  await Promise.all([...running].map((app) => app.atRest()));
}

/** Something may have changed that a test waits for: whoever waits looks again. */
export function tellNews(): void {
  const told = [...waiting];
  waiting.clear();
  told.forEach((look) => look());
}

/** Resolves with the next news of this process, or after so long without any. */
export function nextNews(withinMs: number): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      waiting.delete(done);
      resolve();
    };
    const timer = setTimeout(done, withinMs);
    waiting.add(done);
  });
}
