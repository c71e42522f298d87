import { NestFactory } from '@nestjs/core';

let last: Promise<unknown> = Promise.resolve();

/**
 * Starts apps of this process one after another, however many are asked for at once: they share prom-client's registry,
 * which each clears and defines its metrics in as it starts. A process of its own, as an operator has, starts one.
 */
export function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const started = last.then(start);
  last = started.catch(() => undefined);
  return started;
}

const createContext = NestFactory.createApplicationContext.bind(NestFactory);

/** Commands that run inside the test's process start what they need by it. */
NestFactory.createApplicationContext = (...given: Parameters<typeof createContext>) =>
  inTurn(() => createContext(...given));
