import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const USAGE = `npm run fuzz:app -- [--minutes n] [--count n] [--seed n] [--method name] [--part scan|sweep]

Starts the app on a chain with payments coming in, and changes what a node answers, one window after the other: with a
second node beside it, every payment has to be right within five seconds; alone, right soon after the fault, and never
wrong. Then the same with money that is swept: it has to arrive once and wholly. Ends with how many answers of each method
were changed and how long the longest step took, with what was not so, and with 1 if there was any.

  --minutes  how long each of the two, 10 unless told
  --count    changed answers of each method that are enough, 2000 unless told
  --seed     the first one, random unless told; the others count up from it
  --method   this one alone
  --part     the first or the second alone`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    count: { type: 'string', default: '2000' },
    method: { type: 'string' },
    part: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const isWrong =
  !(Number(values.minutes) > 0) || !(Number(values.count) > 0) || !Number.isInteger(Number(values.seed));
if (values.help || isWrong) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 1);
}

const JEST = ['node_modules/jest/bin/jest.js', '--config', 'jest.long.config.js'];
const { status } = spawnSync(process.execPath, [...JEST, 'test/long/fuzzed-app'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    FUZZ_MINUTES: values.minutes,
    FUZZ_COUNT: values.count,
    FUZZ_SEED: values.seed,
    ...(values.part === undefined ? {} : { FUZZ_PART: values.part }),
    ...(values.method === undefined ? {} : { FUZZ_METHOD: values.method }),
  },
});
process.exit(status ?? 1);
