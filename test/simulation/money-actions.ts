import { Wallet } from 'ethers';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type Action } from './actions.js';
import { refundDeposit } from './deposit-refunds.js';
import { payWhereGasIs } from './gas-actions.js';
import { FORK } from './habits.js';
import { LIES } from './lies.js';
import { requireAnswered } from './money-under-way.js';
import { MAX_GAS_PRICE, type Money } from './money.js';
import { type Known, type World } from './world.js';

type MoneyWorld = World & { money: Money };
type Run = (world: MoneyWorld) => Promise<string>;

export async function refund(world: MoneyWorld, payment: Known, to: string, amount: bigint): Promise<string> {
  const { app, money } = world;
  const path = `/api/v1/payments/${payment.id}/refunds`;
  const before = BigInt((await app.payment(payment.id)).amount_received);
  const { status, body } = await app.request<RefundView>('POST', path, { to, amount: amount.toString() });
  requireAnswered('a refund', status, body);
  if (status === 201) {
    money.refunds.push({
      id: body.id,
      paymentId: payment.id,
      depositId: null,
      to,
      isToken: payment.isToken,
      amount,
    });
    payment.isRefunded = true;
    await requireCovered(world, payment, before);
  }
  return `${payment.id} ${amount} to ${to}: ${status}`;
}

/** No more is promised back than came. @param before what had been received before it was asked: a reorg may be seen since */
async function requireCovered({ app }: MoneyWorld, { id }: Known, before: bigint): Promise<void> {
  const [row] = await app.database.dataSource.query<{ sum: string }[]>(
    `SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE payment_id = $1 AND deposit_id IS NULL
       AND state IN ('created','sent','confirmed')`,
    [id],
  );
  const promised = BigInt(row?.sum ?? 0);
  const received = BigInt((await app.payment(id)).amount_received);
  if (promised > before && promised > received)
    throw new Error(`${promised} are to go back of ${id}, which received ${before}, and has ${received}`);
}

/** Of the whole, of some, or of more than there is. */
async function someOf({ app, random }: MoneyWorld, { id }: Known): Promise<bigint> {
  const received = BigInt((await app.payment(id)).amount_received);
  return random.weighted<bigint>([
    [4, received],
    [4, (received * BigInt(random.between(1, 99))) / 100n],
    [1, received + 1n],
  ]);
}

async function paidOne({ app, random, payments }: MoneyWorld): Promise<Known | null> {
  const known = random.pick(payments.length > 0 ? payments : [null]);
  if (known === null) return null;
  return BigInt((await app.payment(known.id)).amount_received) > 0n ? known : null;
}

const refundOne: Run = async (world) => {
  const payment = await paidOne(world);
  if (payment === null) return 'nothing';
  return refund(world, payment, Wallet.createRandom().address, await someOf(world, payment));
};

/** Together they may ask for more than was paid: each counts what the others were promised. */
const refundAtOnce: Run = async (world) => {
  const payment = await paidOne(world);
  if (payment === null) return 'nothing';
  const amounts = await Promise.all(
    Array.from({ length: world.random.between(2, 5) }, () => someOf(world, payment)),
  );
  const done = await Promise.all(
    amounts.map((amount) => refund(world, payment, Wallet.createRandom().address, amount)),
  );
  return done.join(', ');
};

/**
 * All that is final of a part payment goes back, and then the rest comes: as much was received as is due, and less of it
 * is kept.
 */
const refundPartThenPayRest: Run = async (world) => {
  const { app, chain, random, payments } = world;
  const parts: Known[] = [];
  for (const known of payments) {
    const { status, amount_confirmed: confirmed, amount_received: all } = await app.payment(known.id);
    // With all of it received, what went back already makes it a part: no rest is left to pay.
    const hasRest = BigInt(all) < known.amount;
    if (status === 'partially_paid' && hasRest && BigInt(confirmed) > 0n) parts.push(known);
  }
  if (parts.length === 0) return 'nothing';
  const payment = random.pick(parts);
  const { amount_confirmed: confirmed, amount_received: received } = await app.payment(payment.id);
  const done = await refund(world, payment, Wallet.createRandom().address, BigInt(confirmed));
  const rest = payment.amount - BigInt(received);
  // More has been scanned meanwhile.
  if (rest <= 0n) return done;
  await (payment.isToken ? chain.payToken(payment.address, rest) : chain.pay(payment.address, rest));
  return `${done}, then paid ${rest}`;
};

const refundToUnfit: Run = async (world) => {
  const payment = await paidOne(world);
  if (payment === null) return 'nothing';
  const to = world.random.pick(world.money.unfit(world.addresses));
  const before = world.money.refunds.length;
  const answer = await refund(world, payment, to, 1n);
  if (world.money.refunds.length > before) throw new Error(`a refund to ${to} was taken`);
  return answer;
};

/** Of native money it fails; a token knows nothing of what its holder's code does. */
const refundToTrap: Run = async (world) => {
  const payment = await paidOne(world);
  if (payment === null) return 'nothing';
  const { traps, refunds } = world.money;
  const free = traps.filter((trap) => refunds.every(({ to }) => to !== trap));
  if (free.length === 0) return 'none left';
  return refund(world, payment, world.random.pick(free), await someOf(world, payment));
};

const cancel: Run = async ({ app, random, money }) => {
  if (money.refunds.length === 0) return 'nothing';
  const { id } = random.pick(money.refunds);
  const { status, body } = await app.request('POST', `/api/v1/refunds/${id}/cancel`);
  requireAnswered('cancel', status, body);
  return `${id}: ${status}`;
};

const sweep: Run = async ({ app, random }) => {
  const body = random.chance(0.2) ? { force: true } : {};
  const { status, body: answer } = await app.request('POST', '/api/v1/sweeps/run', body);
  requireAnswered('a plan', status, answer);
  return String(status);
};

const changeTreasury: Run = async (world) => {
  world.money.treasuries.move();
  await (world.random.chance(0.5) ? world.restart() : world.crash());
  world.money.treasuries.moved();
  return world.money.treasury;
};

const spike: Run = async ({ chain, random }) => {
  const wei = random.pick([MAX_GAS_PRICE * 2n, MAX_GAS_PRICE / 4n, 10n ** 9n]);
  await chain.setBaseFee(wei);
  await chain.mine();
  return `${wei} wei`;
};

/** What nodes say wrongly of what is signed and sent. */
const lie: Run = ({ chain, endpoints, habits, random }) => {
  const { name, methods, fault } = random.pick(LIES);
  const asked = random.chance(0.3) ? endpoints : [random.pick(endpoints)];
  // Where no node proves a balance and all that answer tell the same lie of it, there is nothing left to know the truth by:
  // docs/operation.md, Internal transfers. One of two may be alone at any time.
  const isUnprovable =
    habits.isForked || habits.names.some((habit) => habit === 'no proofs' || habit === FORK);
  const isByBalance = chain.config.internalTransfers === 'balance';
  const isOfBalances = name === 'nothing there';
  if (isOfBalances && isUnprovable && isByBalance) return Promise.resolve('nothing that could be found out');
  const which = isOfBalances && (isUnprovable || isByBalance) ? asked.slice(0, 1) : asked;
  const times = random.pick([1, 5, 30]);
  which.forEach((endpoint) => endpoint.inject(methods, fault, times));
  return Promise.resolve(`${which.length} of ${endpoints.length} endpoints: ${name}, ${times} times`);
};

/** Paid in a token that behaves badly now and then. No payment in it is among those that are compared: the books are. */
const payOdd: Run = async ({ app, chain, money, random }) => {
  const token_id = tokenId(chain.config.chainId, money.odd.config.address);
  const amount = String(random.between(1, 1_000));
  const asked = { chain: chain.config.name, amount, token_id };
  const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', asked);
  requireAnswered('a payment', status, body);
  if (status !== 201) return 'refused';
  if (random.chance(0.2)) await money.odd.claim(body.address, 2n ** 256n - 1n, 3);
  if (random.chance(0.2)) await money.odd.blacklist(body.address);
  await chain.payToken(body.address, BigInt(amount), money.odd.address);
  return `${body.id} ${amount}`;
};

const changeOdd: Run = async ({ money, random }) => {
  const way = random.pick([
    'normal',
    'returns_false',
    'returns_nothing',
    'takes_fee',
    'paused',
    'moves_nothing',
    'burns_gas',
    'hides_balances',
    'claims_balances',
    'claims_some',
    'reverts_with_nul',
  ] as const);
  await money.odd.behave(way);
  return way;
};

const ACTIONS: readonly { name: string; weight: number; run: Run }[] = [
  { name: 'refund', weight: 6, run: refundOne },
  { name: 'refunds at once', weight: 2, run: refundAtOnce },
  { name: 'refund a part, then pay the rest', weight: 3, run: refundPartThenPayRest },
  { name: 'refund of a deposit', weight: 3, run: refundDeposit },
  { name: 'refund to whom money must not go', weight: 1, run: refundToUnfit },
  { name: 'refund to a contract that takes none', weight: 1, run: refundToTrap },
  { name: 'cancel', weight: 2, run: cancel },
  { name: 'sweep', weight: 6, run: sweep },
  { name: 'another treasury', weight: 0.7, run: changeTreasury },
  { name: 'gas price', weight: 2, run: spike },
  { name: 'lie', weight: 5, run: lie },
  { name: 'pay where gas is', weight: 4, run: payWhereGasIs },
  { name: 'pay in the bad token', weight: 3, run: payOdd },
  { name: 'the bad token changes', weight: 2, run: changeOdd },
];

/** For seeds in which money leaves. */
export const MONEY_ACTIONS: readonly Action[] = ACTIONS.map(({ run, ...action }) => ({
  ...action,
  run: (world) => run(world as MoneyWorld),
}));
