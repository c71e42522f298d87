import { type TestApp } from './app.js';

const running = new Set<TestApp>();
const waiting = new Set<() => void>();

/** @returns what takes it out again */
export function keepAwake(app: TestApp): () => void {
  running.add(app);
  return () => running.delete(app);
}

/** Of what stands before a node, where a test has something in between; by URL. */
const nodesBehind = new Map<string, string>();

/** What is asked at `url` is asked of the node behind it, and of no other. */
export function standsBefore(url: string, node: string): void {
  nodesBehind.set(url, node);
}

/** It has ended, or may ask others from now on. */
export function standsAlone(url: string): void {
  nodesBehind.delete(url);
}

/** Has apps of this process look at their chains now, as they would at their next tick: those that ask a node, or all. */
export function wakeApps(node?: string): void {
  for (const app of running) if (asks(app, node)) app.wake();
}

/** Waits until no app of this process that asks a node, or any, is looking at a chain. */
export async function appsAtRest(node?: string): Promise<void> {
  await Promise.all([...running].filter((app) => asks(app, node)).map((app) => app.atRest()));
}

/** What cannot be told, as of a proxy that asks now this node and now that one, is taken for a yes. */
function asks({ nodes }: TestApp, node: string | undefined): boolean {
  return node === undefined || nodes.some((url) => (nodesBehind.get(url) ?? node) === node);
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
