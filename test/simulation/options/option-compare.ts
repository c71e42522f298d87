import { type PaymentView } from '../../../src/payments/payment.view.js';
import {
  differencesOfDeposit,
  differencesOfEvents,
  differs,
  doesStoredCount,
  type StoredTransfer,
  together,
} from '../compare.js';
import {
  type Circumstances,
  expected,
  type Expected,
  isEnough,
  judge,
  type Judged,
  type Known,
  type WhyNot,
} from './expected.js';
import { type Fraction, fraction, isEqual, minus, sum } from './fraction.js';
import { backOf, givenBack, mostBack, refundsOf } from './option-back.js';
import { type ChainWorld } from './chain-world.js';
import { type OptionWorld } from './option-world.js';
import { type Arrival } from './chain-blocks.js';

/** Of what is not counted anyway, and said to have come after a failure: one that was cancelled may have failed before that. */
const MAY_COME_AFTER_FAILURE: readonly WhyNot[] = ['rate_unknown', 'payment_cancelled'];

type StoredOptionTransfer = StoredTransfer & { chain_id: string; token_address: string | null };

/** @returns in words what differs between the app's end and the chains'; empty when nothing does */
export async function compareOptions(world: OptionWorld): Promise<string[]> {
  const arrivals = await world.arrivals();
  const now = await world.circumstances();
  const latest = await world.circumstances(true);
  const differences = [...world.found, ...((await world.money?.differences(world)) ?? [])];
  for (const { pair, atMs, value } of now.rates.all)
    if (value !== null && !world.market.wasBelievable(pair, atMs, value))
      differences.push(
        `${pair} was recorded as ${value.top}/${value.bottom} at ${new Date(atMs).toISOString()}`,
      );
  for (const known of world.payments) {
    const found = await differencesOfPayment(world, known, arrivals, now, latest);
    differences.push(...found.map((difference) => `${known.id}: ${difference}`));
  }
  return differences;
}

/** As `compareOptions`, of one payment. @param latest what may be instead, since a branch that is gone went on for longer */
export async function differencesOfPayment(
  world: ChainWorld,
  known: Known,
  arrivals: readonly Arrival[],
  now: Circumstances,
  latest: Circumstances,
): Promise<string[]> {
  const { app } = world;
  const { view, events } = await together(app, known.id);
  const deposits = await app.database.dataSource.query<StoredOptionTransfer[]>(
    `SELECT id, state, resolution, tx_hash, ordinal, kind, amount, block_number, block_hash, uncounted_reason, chain_id,
       token_address
     FROM transfers WHERE payment_id = $1`,
    [known.id],
  );
  const hasFailed = events.some(({ type }) => type === 'payment.failed');
  const included = deposits.filter(({ state }) => state === 'included');
  // What came after a payment had failed is not part of what it received, whatever it would have been worth.
  const afterFailure = included.filter(({ uncounted_reason }) => uncounted_reason === 'payment_failed');
  const setAside = new Set(hasFailed ? afterFailure.map(lineOf) : []);
  const before = arrivals.filter((arrival) => !setAside.has(lineOfArrival(arrival)));
  const counted = judge(known, before, now).filter(({ whyNot }) => whyNot === null);
  const refunds = await refundsOf(world, known);
  const back = backOf(known, counted, refunds);
  const [right, orElse] = [expected(known, before, now, back), expected(known, before, latest, back)];
  world.meet(`${view.status}${view.exception === null ? '' : `, ${view.exception}`}`);
  const should = expected(known, arrivals, now);
  for (const one of should.judged) world.meet(one.whyNot ?? howCounted(known, one));
  return [
    ...(view.status === 'failed' && mayHaveFailed(known, counted, mostBack(known, counted, refunds))
      ? []
      : differencesOfState(known, view, right, orElse)),
    ...differs(
      'given back',
      view.options.map((option) => option.amount_refunded),
      known.options.map(({ asset }) => givenBack(refunds, asset).toString()),
    ),
    ...differs(
      'after failure',
      afterFailure.map(lineOf).sort(),
      should.judged
        .filter(({ whyNot }) => whyNot === null || MAY_COME_AFTER_FAILURE.includes(whyNot))
        .map(({ arrival }) => lineOfArrival(arrival))
        .filter((line) => setAside.has(line))
        .sort(),
    ),
    ...differs(
      'transfers',
      included.map(lineOf).sort(),
      should.judged.map(({ arrival }) => lineOfArrival(arrival)).sort(),
    ),
    ...differs(
      'counted transfers',
      included.filter(doesStoredCount).map(lineOf).sort(),
      right.counted.map(({ arrival }) => lineOfArrival(arrival)).sort(),
    ),
    ...differs(
      'reasons',
      reasonsOf(included.filter((one) => !setAside.has(lineOf(one)))),
      reasonsOfJudged(right.judged),
    ),
    ...differencesOfEvents(
      events.filter(({ type }) => type.startsWith('payment.') || type.startsWith('refund.')),
      view,
    ),
    ...deposits.flatMap((deposit) => differencesOfDeposit(events, deposit)),
  ];
}

/** Whether a reorg left less of it than was due, when all that was ever to go back is taken off. */
function mayHaveFailed(known: Known, counted: readonly Judged[], back: Fraction): boolean {
  if (known.mayHaveFailed) return true;
  if (back.top === 0n) return false;
  const left = known.leastLeft ?? sum(counted.map(({ part }) => part));
  return !isEnough(minus(left, back), known);
}

function differencesOfState(known: Known, view: PaymentView, should: Expected, orElse: Expected): string[] {
  const status = view.status === 'settled' ? 'confirmed' : view.status;
  const right = status === orElse.status ? orElse : should;
  const shown = view.options[right.shown];
  const price = (of: 'received' | 'due') =>
    view.price && minorUnits(view.price[of], known.price?.digits ?? 0);
  const figures = (what: 'amount_received' | 'amount_due') => view.options.map((option) => option[what]);
  return [
    ...differs('status', status, right.status),
    ...differs('exception', view.exception, right.exception),
    ...differs('received', figures('amount_received'), right.amounts.map(String)),
    ...differs('due', figures('amount_due'), right.due.map(String)),
    ...differs(
      'asset',
      [view.chain, view.token_id, view.amount],
      [shown?.chain, shown?.token_id, shown?.amount],
    ),
    ...differs('price received', price('received'), right.price && right.price.received.toString()),
    ...differs('price due', price('due'), right.price && right.price.due.toString()),
    ...(status === 'confirmed' && right.status === 'confirmed'
      ? differs(
          'confirmed',
          view.options.map((one) => one.amount_confirmed),
          figures('amount_received'),
        )
      : []),
  ];
}

function howCounted(known: Known, { arrival, option, part }: Judged): string {
  if (arrival.blockTime * 1_000 <= known.expiresAtMs) return 'in time';
  const promised = fraction(arrival.amount, known.options[option]?.amount ?? 1n);
  return isEqual(part, promised) ? 'late at the promised rate' : 'late at the rate of its time';
}

/** "49.90" and "49.9" as 4990. */
function minorUnits(text: string, digits: number): string {
  const [whole = '', part = ''] = text.split('.');
  return BigInt(whole + part.padEnd(digits, '0')).toString();
}

function lineOf(one: StoredOptionTransfer): string {
  return `${one.chain_id} ${one.token_address} block ${one.block_number} ${one.block_hash} ${one.tx_hash} ${one.ordinal} ${one.kind}: ${one.amount}`;
}

function lineOfArrival(one: Arrival): string {
  const { chain, address } = one.asset;
  return `${chain.chainId} ${address} block ${one.blockNumber} ${one.blockHash} ${one.txHash} ${one.ordinal} ${one.kind}: ${one.amount}`;
}

/** Of what does not count and never did, by which word. */
function reasonsOf(included: readonly StoredOptionTransfer[]): string[] {
  return included
    .filter((one) => !doesStoredCount(one))
    .map((one) => `${lineOf(one)} ${one.uncounted_reason}`)
    .sort();
}

function reasonsOfJudged(judged: readonly Judged[]): string[] {
  return judged
    .filter(({ whyNot }) => whyNot !== null)
    .map(({ arrival, whyNot }) => `${lineOfArrival(arrival)} ${whyNot}`)
    .sort();
}
