import { parseArgs } from 'node:util';
import { Fuzz } from './fuzz.js';

const USAGE = `npm run fuzz:answers -- [--count n] [--seed n] [--method name]

Changes right answers of a node, one seed after the other, and has everything read that is read of them: with another
node beside it, what comes of it has to be right within five seconds; alone, it has to be right or refused, and right
again soon after the fault. Ends with what was not so, and with 1 if there was any.

  --count   changes of each method's answers, 2000 unless told
  --seed    the first one, 1 unless told
  --method  this one alone`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '2000' },
    seed: { type: 'string', default: '1' },
    method: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const [count, firstSeed] = [Number(values.count), Number(values.seed)];
if (values.help || !(count > 0) || !Number.isInteger(firstSeed)) {
  console.error(USAGE);
  process.exit(values.help ? 0 : 1);
}

const unhandled: unknown[] = [];
process.on('unhandledRejection', (reason) => unhandled.push(reason));
const fuzz = await Fuzz.start();
let foundCount = 0;
try {
  for (const read of fuzz.reads.filter(
    ({ method }) => values.method === undefined || method === values.method,
  )) {
    const began = performance.now();
    let found = 0;
    fuzz.reached = 0;
    for (let seed = firstSeed; seed < firstSeed + count; seed++) {
      const wrong = await fuzz.run(read, seed);
      if (wrong === null) continue;
      found++;
      if (found <= 5) console.log(JSON.stringify(wrong));
    }
    foundCount += found;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `${read.method}${read.without ? ` without ${read.without.join()}` : ''}: ${fuzz.reached} of ${count} changes read, ${found} found, ${seconds} s`,
    );
  }
} finally {
  await fuzz.stop();
}
unhandled.forEach((reason) => console.log(`nobody handled: ${String(reason)}`));
process.exit(foundCount + unhandled.length > 0 ? 1 : 0);
