import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const USAGE = `npm run soak -- [--minutes n] [--seed n] [--actions n]

Plays random payments, mining, reorgs, faults, crashes and restarts against the real app, one seed after the other, and
compares each with what the chain has at its end. A seed that differs ends it, with all that led there.

  --minutes  how long, 10 unless told
  --seed     the first one, random unless told; the others count up from it
  --actions  per seed, 200 unless told`;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    actions: { type: 'string', default: '200' },
    help: { type: 'boolean', default: false },
  },
});
const wrong = Object.entries(values).filter(([name, value]) => name !== 'help' && !(Number(value) > 0));
if (values.help || wrong.length > 0) {
  wrong.forEach(([name, value]) => console.error(`--${name} has to be a number above 0, not ${value}`));
  console.error(USAGE);
  process.exit(values.help ? 0 : 1);
}

const JEST = ['node_modules/jest/bin/jest.js', '--config', 'jest.long.config.js'];
const { status } = spawnSync(process.execPath, [...JEST, 'test/long/simulation'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    SIMULATION_MINUTES: values.minutes,
    SIMULATION_SEEDS: values.seed,
    SIMULATION_ACTIONS: values.actions,
  },
});
process.exit(status ?? 1);
