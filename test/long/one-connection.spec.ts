import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
const EACH = 200;
/** More than the pool has connections. */
const EMPTY = 12;
const TOKENS = 5_000_000n;

let world: SweepWorld;
let refunded: PaymentView;

beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey });
  refunded = await world.paid(ETHER);
  const emptied = await Promise.all(Array.from({ length: EMPTY }, () => world.paidToken(TOKENS)));
  for (const payment of emptied) await ask(payment, TOKENS);
  await world.mineUntil('the addresses to be empty', async () => {
    const [row] = await sql(`SELECT count(*)::int AS count FROM refunds WHERE state = 'confirmed'`);
    return row?.count === EMPTY;
  });
});
afterAll(() => world?.stop());

const sql = (text: string) => world.app.database.dataSource.query<{ count: number }[]>(text);
const ask = ({ id }: PaymentView, amount: bigint) =>
  world.app.insist('POST', `/api/v1/payments/${id}/refunds`, {
    to: Wallet.createRandom().address,
    amount: amount.toString(),
  });

describe('on a pool of ten', () => {
  it('200 refunds, 200 plans over empty addresses and 200 payments at the same moment are all answered', async () => {
    const times = <T>(work: () => Promise<T>) => Promise.all(Array.from({ length: EACH }, work));
    const payment = { amount: ETHER.toString(), chain: 'testchain' };
    const answers = await Promise.all([
      times(() => ask(refunded, 1n)),
      times(() => world.app.insist('POST', '/api/v1/sweeps/run', {})),
      times(() => world.app.insist('POST', '/api/v1/payments', payment)),
    ]);
    const statuses = answers.map((some) => [...new Set(some.map(({ status }) => status))]);
    expect(statuses).toEqual([[201], [200], [201]]);
    // What the plans found empty is closed, and the process goes on with what it is for.
    const [open] = await sql(
      'SELECT count(*)::int AS count FROM transfers WHERE swept_at IS NULL AND token_address IS NOT NULL',
    );
    expect(open?.count).toBe(0);
    await world.paid(ETHER);
  });
});
