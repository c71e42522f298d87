/** A rule of the simulation's oracle that somebody broke. */
export interface OracleMutation {
  fault: string;
  /** In test/simulation. */
  file: string;
  /** Stands once in it. */
  find: string;
  replace: string;
}

const inFile =
  (file: string) =>
  (fault: string, find: string, replace: string): OracleMutation => ({ fault, file, find, replace });
const oracle = inFile('oracle.ts');
const promised = inFile('promised.ts');
const compare = inFile('compare.ts');
const money = inFile('money.ts');
const treasuries = inFile('treasuries.ts');
const gas = inFile('gas.ts');

/** Each has the oracle expect something else of a Quittance that is right: with some seed it must say so. */
export const ORACLE_MUTATIONS: readonly OracleMutation[] = [
  oracle('what was given back still pays', 'if (kept >= due)', 'if (received >= due)'),
  oracle(
    'money counts however late it came',
    'arrival.blockTime <= asked.expiresAt + lateWatchSeconds',
    'true',
  ),
  oracle('what the merchant accepted does not count', '|| accepted.has(creditOf(arrival))', ''),
  oracle('money counts in whatever asset it came', "(arrival.kind === 'erc20') === asked.isToken &&", ''),
  oracle('nothing expires', 'const isOver = headTime > closesAt;', 'const isOver = headTime < 0;'),
  oracle('what failed has moved money', 'if (Number(receipt.status) === 0) continue;', ''),
  oracle(
    'gas that we sent is a customer’s money',
    'filter(({ from }) => !this.ours.has(from.toLowerCase()))',
    'filter(() => true)',
  ),
  oracle(
    'what contracts send inside of transactions is nothing',
    '...sent.map((transfer)',
    '...[].map((transfer)',
  ),
  oracle(
    'a log’s place in its block is its place in its transaction',
    'forEach((log, ordinal) =>',
    'forEach((log, place, { length: ordinal }) =>',
  ),
  oracle(
    'all that was asked for is too much',
    'if (received > asked.amount) return',
    'if (received >= asked.amount) return',
  ),
  oracle(
    'late money is as good as any',
    "blockTime > asked.expiresAt ? 'late' : null",
    'blockTime > asked.expiresAt ? null : null',
  ),
  oracle('a part is no exception when its time is over', "if (isOver) return 'underpaid';", ''),
  promised('what was cancelled goes back', "state NOT IN ('failed','cancelled') AND ${TAKES}", '${TAKES}'),
  promised(
    'what was asked for after the sale unmakes it',
    'AND confirmed.position < asked.position',
    'AND false',
  ),
  promised(
    'what of a deposit goes back is taken off, whether it counts or not',
    'const TAKES = `(',
    'const TAKES = `(true OR ',
  ),
  compare(
    'a failed payment has to be what its money says',
    'hasFailed && (await mayHaveFailed(world, payment))',
    'false',
  ),
  compare('settled is not confirmed', "view.status === 'settled' ? 'confirmed' : view.status", 'view.status'),
  compare(
    'it is confirmed no more than once, and settled never',
    "['confirmed', 'settled'].includes(status) ? 1 : 0",
    '0',
  ),
  compare('versions begin anew with each event', '(_, index) => first + index', '() => first'),
  compare(
    'a deposit is told of twice',
    'const isUntold = told.length === 0',
    'const isUntold = told.length > 0',
  ),
  money(
    'a refund that is sent has arrived',
    "body.status === 'confirmed' ? refund.amount : 0n",
    'refund.amount',
  ),
  money('a refund never arrives', "body.status === 'confirmed' ? refund.amount : 0n", '0n'),
  money('only the treasury of today has money', 'this.treasuries.all.map(', '[this.treasury].map('),
  money(
    'the books have what nobody could see',
    'found.push(...differences.map(',
    'found.push(...report.differences.all().map(',
  ),
  treasuries('a sweep goes to the treasury of its plan', 'Math.max(0, alone)', 'begun.length - 1'),
  treasuries(
    'tokens never reach a treasury',
    'one.token === (token?.toLowerCase() ?? null)',
    'one.token === null',
  ),
  gas(
    'gas may be sent once in a process’s life',
    'AND again.created_at < first.created_at + make_interval(secs => $1)',
    'AND $1 > 0',
  ),
  gas('no gas is left over', 'back.sum > sent.sum - used.sum`', 'back.sum > 0`'),
];
