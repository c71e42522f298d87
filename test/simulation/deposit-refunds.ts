import { Wallet } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { requireAnswered } from './money-under-way.js';
import { type Money } from './money.js';
import { type World } from './world.js';

/** Deposits of these do not count by themselves, and may go back. */
const REASONS = ['wrong_asset', 'after_watch', 'payment_failed'];

/**
 * What did not count goes back: some of it, all, or more than is left. Most times of a deposit of which some went back
 * already.
 */
export async function refundDeposit(world: World & { money: Money }): Promise<string> {
  const { app, random, money, payments } = world;
  const list = '/api/v1/deposits?assigned=false&limit=100';
  const { data } = (await app.request<{ data: DepositView[] }>('GET', list)).body;
  const known = (deposit: DepositView) => payments.find(({ id }) => id === deposit.payment_id);
  const fit = data.filter((one) => REASONS.includes(one.reason ?? '') && known(one) !== undefined);
  const again = fit.filter(({ id }) => money.refunds.some(({ depositId }) => depositId === id));
  const choice = again.length > 0 && random.chance(0.7) ? again : fit;
  if (choice.length === 0) return 'nothing';
  const deposit = random.pick(choice);
  const has = BigInt(deposit.amount);
  const left = has - BigInt(deposit.amount_refunded) - BigInt(deposit.amount_refund_pending);
  const amount = random.weighted<bigint>([
    [3, left > 1n ? (left * BigInt(random.between(1, 99))) / 100n + 1n : left],
    [2, left],
    [1, has],
    [1, left + 1n],
  ]);
  return amount < 1n ? 'nothing is left' : refundOf(world, deposit, amount);
}

export async function refundOf(
  world: World & { money: Money },
  deposit: DepositView,
  amount: bigint,
): Promise<string> {
  const { app, money, payments } = world;
  const to = Wallet.createRandom().address;
  const path = `/api/v1/deposits/${deposit.id}/refunds`;
  const { status, body } = await app.request<RefundView>('POST', path, { to, amount: amount.toString() });
  requireAnswered('a refund of a deposit', status, body);
  if (status === 201) {
    const { id: depositId, payment_id: paymentId, token_address: token } = deposit;
    money.refunds.push({ id: body.id, paymentId, depositId, to, isToken: token !== null, amount });
    Object.assign(payments.find(({ id }) => id === paymentId) as object, { isRefunded: true });
    await requireHas(world, deposit);
  }
  return `${deposit.id} (${deposit.reason}) ${amount} to ${to}: ${status}`;
}

/** No more of a deposit is promised back than it brought. */
async function requireHas({ app }: World, { id, amount }: DepositView): Promise<void> {
  const [row] = await app.database.dataSource.query<{ sum: string }[]>(
    `SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE deposit_id = $1
       AND state IN ('created','sent','confirmed')`,
    [id],
  );
  if (BigInt(row?.sum ?? 0) > BigInt(amount))
    throw new Error(`${row?.sum} are to go back of deposit ${id}, which brought ${amount}`);
}
