import { Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type SweepWorld } from './sweep-world.js';
import { refundBecomes, requestRefund } from './world-refunds.js';

export const LONG = { expires_in_minutes: 40_000 };
export const customer = () => Wallet.createRandom().address;

/** What stories of payments are told with of which money goes back, and comes again. @param worldOf the one of today */
export function givingBack(worldOf: () => SweepWorld) {
  const until = (payment: PaymentView, isSo: (now: PaymentView) => boolean) =>
    worldOf().mineUntil('the payment to be so', async () => {
      const now = await worldOf().app.payment(payment.id);
      return isSo(now) && now;
    });
  return {
    until,
    asked: (amount: bigint, options: object = LONG) =>
      worldOf().app.createPayment({ amount: amount.toString(), ...options }),
    ask: (payment: PaymentView, amount: bigint, to = customer()) =>
      requestRefund(worldOf(), payment, { to, amount: amount.toString() }),
    ended: (payment: PaymentView, state: RefundView['state'], index = 0) =>
      refundBecomes(worldOf(), payment, state, index),
    /** Paid in a part that is final. */
    pay: async (payment: PaymentView, amount: bigint) => {
      const { app, chain } = worldOf();
      const { amount_confirmed: before } = await app.payment(payment.id);
      await chain.pay(payment.address, amount);
      await until(payment, (now) => BigInt(now.amount_confirmed) >= BigInt(before) + amount);
    },
    settles: async () => {
      const { app, chain } = worldOf();
      await chain.mine(4);
      await app.waitForBlock(await chain.height());
    },
  };
}
