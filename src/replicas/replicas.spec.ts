import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { register } from 'prom-client';
import { type DataSource } from 'typeorm';
import { NO_RATES } from '../config/rates.js';
import { loadSettings } from '../config/load-settings.js';
import { runningMs } from '../process/running-time.js';
import { Replicas } from './replicas.js';

const { setInterval, setTimeout } = globalThis;
/** What a timer was asked to do, by its ms. */
let timers: Map<number, () => void>;
let clockMs = 0;
/** Longer steps are a standstill. */
const STEP_MS = 100;
beforeEach(() => {
  clockMs = performance.now();
  performance.now = () => clockMs;
  register.clear();
  timers = new Map();
  const keep = (callback: () => void, ms: number) => {
    timers.set(ms, callback);
    const timer = { unref: () => timer };
    return timer;
  };
  Object.assign(globalThis, { setInterval: keep, setTimeout: keep });
});
afterEach(() => {
  Object.assign(globalThis, { setInterval, setTimeout });
  Reflect.deleteProperty(performance, 'now');
  register.clear();
});

/** So much time passes as a timer waits for, and whatever can be done is. */
async function passes(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= STEP_MS) {
    clockMs += STEP_MS;
    runningMs();
  }
  timers.get(ms)?.();
  for (let turns = 0; turns < 5; turns += 1) await turn();
}

/** A process on a database that answers no statement any more, until it is let go. */
async function onHangingDatabase() {
  let letGo: () => void = () => undefined;
  let answers = Promise.resolve();
  const statements: string[] = [];
  const query = (sql: string) => {
    statements.push(sql.trim().split(' ')[0] as string);
    return answers.then(() => []);
  };
  const settings = loadSettings({
    MNEMONIC: 'only control crack movie prevent release friend soul save shoulder height weather',
  });
  const replicas = new Replicas({ query } as unknown as DataSource, settings, [], NO_RATES);
  await replicas.onModuleInit();
  statements.length = 0;
  answers = new Promise((resolve) => (letGo = resolve));
  return { replicas, statements, letGo: () => letGo() };
}

it('gives a database that hangs no second word before the first has come through, and goes on after it', async () => {
  const { statements, letGo } = await onHangingDatabase();
  for (let beats = 0; beats < 6; beats += 1) await passes(10_000);
  expect(statements).toEqual(['INSERT']);
  letGo();
  await passes(0);
  expect(statements).toEqual(['INSERT', 'DELETE', 'SELECT']);
  await passes(10_000);
  expect(statements).toHaveLength(6);
});

it('stops while the database hangs, and takes its row away after the word under way', async () => {
  const { replicas, statements, letGo } = await onHangingDatabase();
  await passes(10_000);
  let isStopped = false;
  void replicas.onModuleDestroy().then(() => (isStopped = true));
  await passes(0);
  expect(isStopped).toBe(false);
  await passes(2_000);
  expect(isStopped).toBe(true);
  expect(statements).toEqual(['INSERT']);
  letGo();
  await passes(0);
  expect(statements).toEqual(['INSERT', 'DELETE', 'SELECT', 'DELETE']);
});
