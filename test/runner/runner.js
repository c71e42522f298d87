import { fork } from 'node:child_process';
import { once } from 'node:events';
import { relative } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { SLOW_FILES } from './slow-files.js';
import { failTooSlow } from './too-slow.js';

const END_MS = 10_000;
/**
 * Hundreds of apps come and go in a worker. A heap that begins small is swept again and again as it grows to what they
 * take, and what an app has made is moved twice before it is thrown away: a sixth of a worker's CPU.
 */
const HEAP = ['--min-semi-space-size=32', '--max-semi-space-size=64', '--initial-old-space-size=512'];

/**
 * Jest's default runner loads all of Quittance and its libraries again for every spec file, in a sandbox that makes
 * each import dear: a third of the run. This one keeps its workers, which load each module once. So a spec file that
 * changes something global has to change it back, as it has to for its next test anyway.
 */
export default class SharedModulesRunner {
  supportsEventEmitters = false;
  isSerial = false;

  constructor(globalConfig) {
    this.globalConfig = globalConfig;
  }

  async runTests(tests, watcher, onStart, onResult, onFailure) {
    const waiting = longestFirst(tests);
    const count = Math.min(this.globalConfig.maxWorkers, tests.length);
    const work = async () => {
      let worker = null;
      for (let test = waiting.shift(); test && !watcher.isInterrupted(); test = waiting.shift()) {
        await onStart(test);
        worker ??= await Worker.start();
        try {
          const result = await worker.run(test, this.globalConfig);
          await onResult(test, failTooSlow(result, test.context.config.rootDir));
        } catch (error) {
          await onFailure(test, error);
        }
        if (worker.hasEnded) worker = null;
      }
      await worker?.end();
    };
    await Promise.all(Array.from({ length: count }, work));
  }
}

/** So that no worker is busy with a slow one when the others have nothing left. Those not known stay in Jest's order. */
function longestFirst(tests) {
  const seconds = ({ duration, path, context: { config } }) =>
    duration === undefined ? (SLOW_FILES[relative(config.rootDir, path)] ?? 0) : duration / 1_000;
  return [...tests].sort((one, other) => seconds(other) - seconds(one));
}

class Worker {
  constructor(child) {
    this.child = child;
    this.ended = once(child, 'exit');
  }

  static async start() {
    const child = fork(new URL('worker.js', import.meta.url), {
      execArgv: ['--no-warnings', ...HEAP],
      serialization: 'advanced',
    });
    const worker = new Worker(child);
    await worker.answer();
    return worker;
  }

  get hasEnded() {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async run({ path, context: { config } }, globalConfig) {
    this.child.send({ path, globalConfig, config });
    const { result, error } = await this.answer();
    if (error) throw error;
    return result;
  }

  async answer() {
    const ended = this.ended.then(([code, signal]) => {
      throw new Error(`the worker ended (${signal ?? `exit code ${code}`})`);
    });
    const [message] = await Promise.race([once(this.child, 'message'), ended]);
    return message;
  }

  /** One that is kept alive by what a test left open is ended. */
  async end() {
    this.child.disconnect();
    const isLeft = await Promise.race([this.ended.then(() => false), delay(END_MS, true, { ref: false })]);
    if (!isLeft) return;
    process.stderr.write('a test left something open that kept its worker from ending\n');
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
