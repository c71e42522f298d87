import { appendFileSync, readFileSync } from 'node:fs';
import Module, { createRequire, register } from 'node:module';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * Runs spec files, one after another, in plain Node: the modules of Quittance are loaded once for all of them. The
 * tests themselves are run by Jest's own jest-circus.
 */

register('./typescript.js', import.meta.url);
process.setSourceMapsEnabled(true);
// Deep enough to reach the test from inside the libraries, as Jest has it.
Error.stackTraceLimit = 100;
await import('reflect-metadata');

const require = createRequire(import.meta.url);
followTestsPlainly();
const { default: circus } = require('jest-circus/runner');
/** Where each spec file's seconds are written, a line of JSON each; empty: nowhere. */
const COSTS = process.env.QUITTANCE_TEST_COSTS;
const GLOBALS = Symbol.for('quittance.jest-globals');
const HANDLERS = Symbol.for('EVENT_HANDLERS');

/** As much of jest-runtime as jest-circus asks for. */
const runtime = {
  /** A new one for each file: jest-circus keeps the tests of a file in its modules. */
  requireInternalModule(path) {
    delete require.cache[path];
    delete globalThis[HANDLERS];
    return require(path);
  },
  requireModule: (path) => require(path),
  setGlobalsForRuntime: (globals) => (globalThis[GLOBALS] = globals),
  unstable_shouldLoadAsEsm: () => true,
  unstable_importModule: (path) => import(pathToFileURL(path).href),
  enterTestCode: () => undefined,
  leaveTestCode: () => undefined,
};
const environment = { global: globalThis };

/**
 * jest-circus follows the test that runs by an AsyncLocalStorage, for which Node 20 calls back for every promise of the
 * process. Tests run one after another here, so a variable says the same.
 */
function followTestsPlainly() {
  class OneAtATime {
    #store;
    getStore() {
      return this.#store;
    }
    async run(store, work) {
      const outer = this.#store;
      this.#store = store;
      try {
        return await work();
      } finally {
        this.#store = outer;
      }
    }
  }
  const load = Module._load;
  Module._load = (request, parent, ...rest) =>
    request === 'node:async_hooks' && parent?.filename?.includes('/jest-circus/')
      ? { AsyncLocalStorage: OneAtATime }
      : load(request, parent, ...rest);
}

/** CPU of this worker's children that have ended, of which Linux tells in hundredths of a second. */
function childSeconds() {
  if (!COSTS) return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}

async function run({ path, globalConfig, config }) {
  const start = Date.now();
  const used = process.cpuUsage();
  const usedByChildren = childSeconds();
  const result = await circus(globalConfig, config, environment, runtime, path);
  const end = Date.now();
  if (COSTS) {
    const { user, system } = process.cpuUsage(used);
    const cost = {
      file: relative(config.rootDir, path),
      wall: (end - start) / 1_000,
      own: (user + system) / 1_000_000,
      children: childSeconds() - usedByChildren,
    };
    appendFileSync(COSTS, `${JSON.stringify(cost)}\n`);
  }
  const slow = (end - start) / 1_000 > config.slowTestThreshold;
  // The messages say what failed; the values that were compared may be such as no message between processes can hold.
  const testResults = result.testResults.map((test) => ({ ...test, failureDetails: [] }));
  return {
    ...result,
    testResults,
    perfStats: { ...result.perfStats, start, end, runtime: end - start, slow },
  };
}

process.on('message', (task) => {
  run(task).then(
    (result) => process.send({ result }),
    ({ message, stack, name }) => process.send({ error: { message, stack, name } }),
  );
});
process.send('ready');
