import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';

let world: SweepWorld;
let other: PaymentView;
let odd: PaymentView;
beforeEach(async () => {
  world = await SweepWorld.start();
  other = await world.paidToken(7_000_000n);
  odd = await world.paidOdd(5_000_000n);
});
afterEach(() => world?.stop());

/** Whatever becomes of the odd one. */
const othersGoOn = async () => {
  await world.settled(other.id);
  expect(await world.token(TREASURY)).toBe(7_000_000n);
};
const mineAnd = async (done: Promise<string>) => {
  await done;
  await world.chain.mine();
};

describe('a token', () => {
  it.each([
    ['of which the decimals changed', () => world.odd.setDecimals(8), /has 8 decimals on chain/],
    [
      'of which the code is gone',
      () => world.chain.rpc<string>('anvil_setCode', [world.odd.address, '0x']),
      /there is no ERC-20 contract/,
    ],
  ])(
    '%s is out of service by itself after a restart, and goes on when it is fixed',
    async (_what, spoil, why) => {
      const code = await world.chain.rpc('eth_getCode', [world.odd.address, 'latest']);
      const refundable = await world.paidOdd(3_000_000n);
      await mineAnd(spoil());
      await world.restart();
      const token_id = await world.tokenId('ODD');
      const refused = await world.app.request('POST', '/api/v1/payments', {
        chain: 'testchain',
        amount: '1',
        token_id,
      });
      expect(refused).toMatchObject({ status: 400 });
      expect(JSON.stringify(refused.body)).toMatch(why);
      const asked = { to: Wallet.createRandom().address, amount: '1000000' };
      const { body: refund } = await world.app.request<{ id: string }>(
        'POST',
        `/api/v1/payments/${refundable.id}/refunds`,
        asked,
      );
      const innocent = await world.paid(10n ** 18n);
      await world.plan();
      await othersGoOn();
      await world.settled(innocent.id);
      const refundNow = async () =>
        (
          await world.app.request<{ state: string; waits_for: string | null }>(
            'GET',
            `/api/v1/refunds/${refund.id}`,
          )
        ).body;
      expect(await refundNow()).toMatchObject({ state: 'created', waits_for: expect.stringMatching(why) });
      expect(await world.outgoing(`token_address = '${world.odd.config.address}'`)).toEqual([]);
      await world.chain.rpc('anvil_setCode', [world.odd.address, code]);
      await mineAnd(world.odd.setDecimals(6));
      await world.restart();
      await world.mineUntil('the refund', async () => (await refundNow()).state === 'confirmed');
      await world.plan();
      await world.settled(odd.id);
    },
  );
});
