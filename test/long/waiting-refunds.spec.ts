import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { setTimeout as delay } from 'node:timers/promises';
import { PAYOUT, type SweepWorld } from '../harness/sweep-world.js';
import { askRefund, refundsOf, startRefunding } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
/** More than a turn has time for, by nodes that are as far away as usual. */
const WAITING = 2_500;
const NODE_MS = 100;
let world: SweepWorld;
afterEach(() => world?.stop());

describe('refunds that wait for money', () => {
  it('keep none that was asked for after them from being paid, however many they are', async () => {
    world = await startRefunding();
    await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * ETHER)]);
    await world.chain.mine(3);
    // Swept: what goes back of it the payout account pays, which has none of the token.
    const swept = await world.paidToken(5_000_000n);
    await world.plan();
    await world.settled(swept.id);
    const innocent = await world.paid(ETHER);
    await askRefund(world, swept, Wallet.createRandom().address, 1n);
    await world.mineUntil('it to wait', async () => (await refundsOf(world, swept))[0]?.waits_for !== null);
    await waitForEverAsWell(swept.id);
    const ends = ['eth_call', 'eth_getBalance'].map((method) =>
      world.node.inject(method, {
        kind: 'answer',
        answer: async (call, ask) => {
          await delay(NODE_MS);
          return ask(call);
        },
      }),
    );
    const to = Wallet.createRandom().address;
    await askRefund(world, innocent, to, ETHER / 2n);
    const arrived = async () =>
      (await refundsOf(world, innocent))[0]?.status !== 'created' && world.native(to);
    expect(await world.mineUntil('the refund to arrive', arrived, 90_000)).toBe(ETHER / 2n);
    ends.forEach((end) => end());
    await world.app.database.dataSource.query(
      `UPDATE refunds SET state = 'cancelled' WHERE state = 'created'`,
    );
  });
});

/** As many more refunds like the payment's, each of a payment of its own, and all of them asked for before. */
async function waitForEverAsWell(paymentId: string): Promise<void> {
  const { dataSource } = world.app.database;
  await dataSource.query(
    `WITH made AS (INSERT INTO payments SELECT (jsonb_populate_record(payment, jsonb_build_object('id', gen_random_uuid(),
       'address', '0x' || substr(md5(place::text) || md5(place::text || 'b'), 1, 40), 'derivation_index', 1000000 + place,
       'page_token', md5(place::text || 'p')))).* FROM payments payment, generate_series(1, ${WAITING}) place
       WHERE id = $1 RETURNING id, address, derivation_index)
     INSERT INTO refunds SELECT (jsonb_populate_record(refund, jsonb_build_object('id',
       ('00000000' || substr(gen_random_uuid()::text, 9))::uuid, 'payment_id', made.id,
       'from_address', made.address, 'derivation_index', made.derivation_index))).*
     FROM refunds refund, made WHERE refund.payment_id = $1`,
    [paymentId],
  );
}
