import {
  depositState,
  doesCount,
  type Resolution,
  type TransferState,
  type UncountedReason,
} from '../../src/payments/counting.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type TestApp } from '../harness/app.js';
import { type Arrival, type Expected, expected } from './oracle.js';
import { isUnseenBy } from './gas-actions.js';
import { mayHaveFailed, promisedOf } from './promised.js';
import { type Known, LATE_WATCH_DAYS, type World } from './world.js';

export interface StoredEvent {
  type: string;
  body: string;
}

export interface StoredTransfer {
  id: string;
  state: TransferState;
  resolution: Resolution | null;
  tx_hash: string | null;
  ordinal: number;
  kind: string;
  amount: string;
  block_number: string;
  block_hash: string;
  uncounted_reason: UncountedReason | null;
}

/** @returns in words what differs between the app's end and the chain's; empty when nothing does */
export async function compare(world: World): Promise<string[]> {
  const arrivals = await world.oracle.arrivals(world.addresses);
  const now = await world.oracle.headTime();
  const differences = (await world.money?.differences(world)) ?? [];
  for (const payment of world.payments) {
    const promisedBack = payment.isRefunded ? await promisedOf(world, payment) : 0n;
    const should = (time: number) =>
      expected(payment, arrivals, time, LATE_WATCH_DAYS * 86_400, world.accepted, promisedBack);
    const found = await differencesOf(world, payment, should(now), should(Math.max(now, world.latestTime)));
    differences.push(...found.map((difference) => `${payment.id}: ${difference}`));
  }
  return differences;
}

/** @param orElse what may be instead, since a branch that is gone went on for longer */
async function differencesOf(
  world: World,
  payment: Known,
  should: Expected,
  orElse: Expected,
): Promise<string[]> {
  const { app, chain } = world;
  const { view, events } = await together(app, payment.id);
  const deposits = await app.database.dataSource.query<StoredTransfer[]>(
    `SELECT id, state, resolution, tx_hash, ordinal, kind, amount, block_number, block_hash, uncounted_reason
     FROM transfers WHERE payment_id = $1`,
    [payment.id],
  );
  const transfers = deposits.filter(({ state }) => state === 'included');
  // What came after a payment had failed would have counted, and is not part of what it received.
  const afterFailure = transfers.filter(({ uncounted_reason }) => uncounted_reason === 'payment_failed');
  const received = afterFailure.reduce(
    (sum, { amount }) => sum + BigInt(amount),
    BigInt(view.amount_received),
  );
  const hasFailed = view.status === 'failed';
  // Balances tell how much came in a block, and of which transactions only where the node can trace it right then.
  const isByBalance = chain.config.internalTransfers === 'balance';
  const sums = isByBalance ? 'of blocks' : 'of transactions';
  // Nor are balances followed after the watch; what a reorg has mined again by then, only a rescan finds.
  const watchEndsAt = payment.expiresAt + LATE_WATCH_DAYS * 86_400;
  const arrivals = should.arrivals.filter(
    ({ kind, blockTime }) =>
      kind !== 'internal' || (!isUnseenBy(chain) && (!isByBalance || blockTime <= watchEndsAt)),
  );
  const isLookedFor = ({ kind, uncounted_reason }: StoredTransfer) =>
    !isByBalance || kind !== 'internal' || uncounted_reason !== 'after_watch';
  return [
    ...(hasFailed && (await mayHaveFailed(world, payment))
      ? []
      : differencesOfStatus(payment, view, should, orElse)),
    ...differs('received', received.toString(), should.received.toString()),
    ...(hasFailed ? [] : differs('after failure', afterFailure.length, 0)),
    ...differs('transfers', stored(transfers.filter(isLookedFor), sums), onChain(arrivals, sums)),
    ...differs(
      'counted transfers',
      stored([...transfers.filter(doesStoredCount), ...afterFailure], sums),
      onChain(should.counted, sums),
    ),
    ...differencesOfEvents(
      events.filter(({ type }) => type.startsWith('payment.') || type.startsWith('refund.')),
      view,
    ),
    ...deposits.flatMap((deposit) => differencesOfDeposit(events, deposit)),
  ];
}

/** Settled is confirmed, and swept. What goes back of what was paid too much or too late the exception leaves out. */
function differencesOfStatus(
  { isRefunded }: Known,
  view: PaymentView,
  should: Expected,
  orElse: Expected,
): string[] {
  const status = view.status === 'settled' ? 'confirmed' : view.status;
  const right = status === orElse.status ? orElse : should;
  return [
    ...differs('status', status, right.status),
    ...(isRefunded ? [] : differs('exception', view.exception, right.exception)),
  ];
}

/** A payment and its events of one moment: it may be settled between two reads. */
export async function together(
  app: TestApp,
  id: string,
): Promise<{ view: PaymentView; events: StoredEvent[] }> {
  for (;;) {
    const { version } = await app.payment(id);
    const events = await app.database.dataSource.query<StoredEvent[]>(
      'SELECT type, body FROM events WHERE payment_id = $1 ORDER BY position',
      [id],
    );
    const view = await app.payment(id);
    if (view.version === version) return { view, events };
  }
}

/** What was told of a deposit last is what it is; of one that only ever counted, nothing. */
export function differencesOfDeposit(events: readonly StoredEvent[], deposit: StoredTransfer): string[] {
  const told = events
    .filter(({ type }) => type.startsWith('deposit.'))
    .map(({ body }) => (JSON.parse(body) as { data: { id: string; state: string } }).data)
    .filter(({ id }) => id === deposit.id)
    .map(({ state }) => state);
  const { state, resolution, uncounted_reason: uncountedReason } = deposit;
  const is = depositState({ state, resolution, uncountedReason });
  const isUntold = told.length === 0 || (told.at(-1) === 'counted' && is === 'orphaned');
  const repeats = told.filter((one, index) => index > 0 && told[index - 1] === one);
  return [
    ...differs(`deposit ${deposit.id} told twice over`, repeats, []),
    ...(isUntold
      ? differs(`deposit ${deposit.id} never told`, ['counted', 'orphaned'].includes(is), true)
      : differs(`deposit ${deposit.id} by the last event`, told.at(-1), is)),
  ];
}

/** The events tell the same story as the payment, once each, and none was left out. */
export function differencesOfEvents(
  events: readonly StoredEvent[],
  view: { status: string; version: number; amount_received: string },
): string[] {
  const told = events.map(({ type, body }) => ({
    type,
    data: (JSON.parse(body) as { data: { status: string; version: number } }).data,
  }));
  const versions = told.map(({ data }) => data.version);
  const first = versions[0] ?? 0;
  return [
    ...differs('versions of events', versions.join(' '), versions.map((_, index) => first + index).join(' ')),
    ...differs('version', view.version, versions.at(-1)),
    ...differs('status by the last event', told.at(-1)?.data.status, view.status),
    ...differs(
      'times confirmed',
      told.filter(({ type }) => type === 'payment.confirmed').length,
      // Of each time that it failed it had been, and money that could not be seen then may have undone that.
      told.filter(({ type }) => type === 'payment.failed').length + isConfirmed(view),
    ),
  ];
}

export function doesStoredCount({
  state,
  resolution,
  uncounted_reason: uncountedReason,
}: StoredTransfer): boolean {
  return doesCount({ state, resolution, uncountedReason });
}

function isConfirmed({ status }: { status: string }): number {
  return ['confirmed', 'settled'].includes(status) ? 1 : 0;
}

export function differs(what: string, is: unknown, should: unknown): string[] {
  const [one, other] = [JSON.stringify(is), JSON.stringify(should)];
  return one === other ? [] : [`${what} is ${one}, should be ${other}`];
}

type InternalSums = 'of blocks' | 'of transactions';

interface Told {
  /** Where it is, and which of those there. */
  block: string;
  which: string;
  kind: string;
  amount: bigint;
}

function stored(transfers: readonly StoredTransfer[], sums: InternalSums): string[] {
  return lines(
    transfers.map((one) => ({
      block: `${one.block_number} ${one.block_hash}`,
      which: `${one.tx_hash} ${one.ordinal}`,
      kind: one.kind,
      amount: BigInt(one.amount),
    })),
    sums,
  );
}

function onChain(arrivals: readonly Arrival[], sums: InternalSums): string[] {
  return lines(
    arrivals.map((one) => ({
      block: `${one.blockNumber} ${one.blockHash}`,
      which: `${one.txHash} ${one.ordinal}`,
      kind: one.kind,
      amount: one.amount,
    })),
    sums,
  );
}

function lines(all: readonly Told[], sums: InternalSums): string[] {
  const amounts = new Map<string, bigint>();
  for (const { block, which, kind, amount } of all) {
    const line = `${block} ${kind} ${kind === 'internal' && sums === 'of blocks' ? 'in all' : which}`;
    amounts.set(line, (amounts.get(line) ?? 0n) + amount);
  }
  return [...amounts].map(([line, amount]) => `${line}: ${amount}`).sort();
}
