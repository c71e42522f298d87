import { parseArgs } from 'node:util';
import { Fuzz } from './fuzz.js';
import { Tally } from './tally.js';

const USAGE = `npm run fuzz:answers -- [--count n] [--seed n] [--method name]

Changes right answers of a node, one seed after the other, and has everything read that is read of them: with another
node beside it, what comes of it has to be right within five seconds; alone, it has to be right or refused, and right
again soon after the fault. Says how many answers of each read were changed and how long the longest took, by a clock
that runs only while something is waited for. Ends with what was not so, and with 1 if there was any.

  --count   changed answers of each method that are enough, at each of both places; 2000 unless told
  --seed    the first one, 1 unless told; the others count up from it
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
    const name = `${read.method}${read.without ? ` without ${read.without.join()}` : ''}`;
    const tally = new Tally(name);
    let found = 0;
    for (const [place, changed] of [
      ['first of two', () => tally.changed.two],
      ['alone', () => tally.changed.alone],
    ] as const) {
      for (let seed = firstSeed; changed() < count; seed++) {
        const wrong = await fuzz.run(read, seed, place, tally);
        if (wrong === null) continue;
        found++;
        if (found <= 5) console.log(JSON.stringify({ place, ...wrong }));
      }
    }
    foundCount += found;
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(`${tally.toString()}; ${found} found, ${seconds} s`);
  }
} finally {
  await fuzz.stop();
}
unhandled.forEach((reason) => console.log(`nobody handled: ${String(reason)}`));
process.exit(foundCount + unhandled.length > 0 ? 1 : 0);
