import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { DataSource } from 'typeorm';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const EACH = 200;
/** More than the largest of the pools. */
const EMPTY = 12;
const TOKENS = 5_000_000n;

/** The part of pg's pool that this is about. */
interface Pool {
  options: { max: number; maxUses: number };
  totalCount: number;
}

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

async function shrinkTo(max: number): Promise<void> {
  const { master } = world.app.get(DataSource).driver as unknown as { master: Pool };
  Object.assign(master.options, { max, maxUses: 1 });
  await waitFor(`a pool of ${max}`, async () => {
    await world.app.get(DataSource).query('SELECT 1');
    return master.totalCount <= max;
  });
  master.options.maxUses = Infinity;
}

describe.each([10, 2, 1])('on a pool of %i', (max) => {
  it('200 refunds, 200 plans over empty addresses and 200 payments at the same moment are all answered', async () => {
    await shrinkTo(max);
    await sql('UPDATE transfers SET swept_at = NULL');
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
