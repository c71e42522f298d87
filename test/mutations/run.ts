import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { tempFolder } from '../harness/temp-folder.js';
import { fileWith, readSources } from './mutated-file.js';
import { MUTATIONS } from './mutations.js';

/** Of all the faults, so many must be noticed. */
const LEAST_SHARE = 0.9;
const ROOT = join(import.meta.dirname, '../..');

const { values } = parseArgs({
  options: { only: { type: 'string' }, help: { type: 'boolean', default: false } },
});
if (values.help) {
  console.log(`npm run test:mutations -- [--only text]

Makes faults in what money hangs on, one at a time, in memory alone, and runs the tests that should notice.

  --only  those whose description has this text`);
  process.exit(0);
}

interface Outcome {
  failed: string[];
  /** Spec files that could not be loaded at all. */
  broken: number;
  total: number;
}

function runTests(specs: readonly string[], mutation: object | null): Outcome {
  const folder = tempFolder();
  const output = join(folder.path, 'results.json');
  const { status, stderr } = spawnSync(
    process.execPath,
    ['node_modules/jest/bin/jest.js', '--silent', '--json', `--outputFile=${output}`, ...specs],
    {
      cwd: ROOT,
      encoding: 'utf8',
      env: { ...process.env, CI: '', QUITTANCE_MUTATION: mutation === null ? '' : JSON.stringify(mutation) },
    },
  );
  try {
    const results = JSON.parse(readFileSync(output, 'utf8')) as {
      numTotalTests: number;
      testResults: {
        name: string;
        status: string;
        assertionResults: { status: string; fullName: string }[];
      }[];
    };
    const tests = results.testResults.flatMap(({ assertionResults }) => assertionResults);
    const failed = tests.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
    const suites = results.testResults.filter(({ status }) => status === 'failed');
    const broken = suites.filter(({ assertionResults }) => assertionResults.length === 0).length;
    // The end of a file may be what fails: the books of its world are compared there.
    if (failed.length === 0) failed.push(...suites.map(({ name }) => `the end of ${name}`));
    return { failed, broken, total: results.numTotalTests };
  } catch (error) {
    throw new Error(`jest ended with ${status} and no results:\n${stderr}`, { cause: error });
  } finally {
    folder.remove();
  }
}

const chosen = MUTATIONS.filter(({ fault }) => fault.includes(values.only ?? ''));
const sources = readSources();
const found = chosen.map((mutation) => ({ ...mutation, file: fileWith(mutation, sources) }));

const specs = [...new Set(chosen.flatMap((mutation) => mutation.specs))];
const sound = runTests(specs, null);
if (sound.failed.length > 0 || sound.broken > 0 || sound.total === 0) {
  console.error(`without any fault, these fail already:\n${sound.failed.join('\n')}`);
  process.exit(1);
}

let noticed = 0;
for (const { fault, file, find, replace, specs: related } of found) {
  const { failed, broken } = runTests(related, { file, find, replace });
  if (broken > 0) throw new Error(`"${fault}" does not compile or load`);
  if (failed.length > 0) noticed += 1;
  const what = failed.length > 0 ? `noticed by ${failed.length}: ${failed[0]}` : 'NOT NOTICED';
  console.log(`${file.replace(`${ROOT}/`, '')}: ${fault}\n    ${what}`);
}
console.log(`\n${noticed} of ${found.length} faults were noticed`);
process.exit(noticed >= found.length * LEAST_SHARE ? 0 : 1);
