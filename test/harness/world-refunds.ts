import { toQuantity, Transaction } from 'ethers';
import { toAddress } from '../../src/ids/ids.js';
import { areEmptyOf } from '../../src/outgoing/transaction-bytes.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { FaultyRpc } from './faulty-rpc.js';
import { PAYOUT, SweepWorld } from './sweep-world.js';
import { TestChain } from './test-chain.js';

export function askRefund(world: SweepWorld, payment: PaymentView, to: string, amount: bigint) {
  return requestRefund(world, payment, { to, amount: amount.toString() });
}

export function requestRefund(world: SweepWorld, { id }: PaymentView, body: object, headers = {}) {
  const path = `/api/v1/payments/${id}/refunds`;
  return world.app.request<RefundView & { detail: string }>('POST', path, body, headers);
}

/** In the order in which they were asked for. */
export async function refundsOf(world: SweepWorld, { id }: PaymentView): Promise<RefundView[]> {
  return (await world.app.request<{ data: RefundView[] }>('GET', `/api/v1/payments/${id}/refunds`)).body.data;
}

/** Mines until one of a payment's refunds is so. */
export function refundBecomes(
  world: SweepWorld,
  payment: PaymentView,
  state: RefundView['state'],
  index = 0,
): Promise<RefundView> {
  return world.mineUntil(`refund ${state}`, async () => {
    const refund = (await refundsOf(world, payment))[index];
    return refund?.state === state && refund;
  });
}

/** Mines until one of a payment's refunds is paid or has failed. */
export function refundEnds(world: SweepWorld, payment: PaymentView, index = 0): Promise<RefundView> {
  return world.mineUntil('the refund to end', async () => {
    const refund = (await refundsOf(world, payment))[index];
    return (refund?.state === 'confirmed' || refund?.state === 'failed') && refund;
  });
}

/** Can pay refunds, from the payout account as well. */
export function startRefunding(settings = {}): Promise<SweepWorld> {
  return SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey, ...settings });
}

/** The same with two endpoints of one node, each with faults of its own. They end with `stop`. */
export async function startWithTwoEndpoints(): Promise<{
  world: SweepWorld;
  first: FaultyRpc;
  second: FaultyRpc;
  stop: () => Promise<void>;
}> {
  const chain = await TestChain.start();
  const [first, second] = [await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url)];
  const rpcUrls = [first.url, second.url];
  const world = await SweepWorld.on(chain, { payoutPrivateKey: PAYOUT.privateKey }, { rpcUrls });
  const stop = async () => {
    await world.stop();
    await Promise.all([first.die(), second.die()]);
  };
  return { world, first, second, stop };
}

/** Of what an account signs, all but what is empty. */
export const signedBy = (account: string) => (raw: string) => {
  const from = toAddress(Transaction.from(raw).from as string);
  return from === toAddress(account) && !areEmptyOf(from, raw);
};

/** Two payments of so many wei each, both swept, so that the payout account pays what goes back of them. */
export async function twoSwept(world: SweepWorld, wei: bigint): Promise<[PaymentView, PaymentView]> {
  await world.chain.rpc('anvil_setBalance', [PAYOUT.address, toQuantity(10n * wei)]);
  await world.chain.mine(3);
  const [one, other] = [await world.paid(wei), await world.paid(wei)];
  await world.plan();
  await world.settled(one.id);
  await world.settled(other.id);
  return [one, other];
}
