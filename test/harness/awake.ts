import { type TestApp } from './app.js';

const running = new Set<TestApp>();

/** @returns what takes it out again */
export function keepAwake(app: TestApp): () => void {
  running.add(app);
  return () => running.delete(app);
}

/** Has every app of this process look at its chains now, as it would at its next tick. */
export function wakeApps(): void {
  for (const app of running) app.wake();
}
