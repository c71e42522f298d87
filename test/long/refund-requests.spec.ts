import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { AuthService } from '../../src/auth/auth.service.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { PAYOUT, SweepWorld } from '../harness/sweep-world.js';

type Problem = RefundView & { detail: string };

const ETHER = 10n ** 18n;
const LEAST = 10n;
const customer = () => Wallet.createRandom().address;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start({ payoutPrivateKey: PAYOUT.privateKey }, { refund: { minimum: LEAST } });
});
afterAll(() => world?.stop());

const api = <T = Problem>(method: string, path: string, body?: unknown, headers = {}) =>
  world.app.request<T>(method, `/api/v1${path}`, body, headers);
const ask = (what: 'payments' | 'deposits', { id }: { id: string }, amount: bigint, more: object = {}) =>
  api('POST', `/${what}/${id}/refunds`, { to: customer(), amount: amount.toString(), ...more });
const became = (id: string, status: RefundView['status']) =>
  world.mineUntil(`refund ${status}`, async () => {
    const { body } = await api('GET', `/refunds/${id}`);
    return body.status === status && body;
  });
const pause = (isPaused: boolean) => api('POST', `/sweeps/${isPaused ? 'pause' : 'resume'}`, {});
const keyOf = async (scopes: ('payments:read' | 'refunds:write' | 'admin')[], merchantId?: string) => {
  const { manager } = world.app.database.dataSource;
  const auth = world.app.get(AuthService);
  const own = merchantId ?? (await auth.createMerchant(manager, 'another')).id;
  const { key } = await auth.createKey(manager, { merchantId: own, name: 'one', scopes });
  return { authorization: `Bearer ${key}` };
};

describe('refunds', () => {
  it('are all answered when two hundred are asked for at once', async () => {
    const payment = await world.paid(ETHER);
    await pause(true);
    const answers = await Promise.all(Array.from({ length: 200 }, () => ask('payments', payment, LEAST)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(await world.app.payment(payment.id)).toMatchObject({
      amount_refund_pending: (200n * LEAST).toString(),
    });
    // By hand: what they would be paid by is not what is looked at here.
    await world.app.database.dataSource.query(
      `UPDATE refunds SET state = 'cancelled' WHERE payment_id = $1 AND state = 'created'`,
      [payment.id],
    );
    await pause(false);
  });
});

describe('the operator’s gas', () => {
  it('is not spent when it has become too dear while a refund waited, unless it is forced', async () => {
    const payment = await world.paid(ETHER / 1_000n);
    await pause(true);
    const { body: asked } = await ask('payments', payment, LEAST);
    const dear = world.node.inject('eth_maxPriorityFeePerGas', {
      kind: 'answer',
      answer: () => Promise.resolve({ result: `0x${(10n ** 12n).toString(16)}` }),
    });
    await pause(false);
    const waiting = await world.mineUntil('a reason', async () => {
      const { body } = await api('GET', `/refunds/${asked.id}`);
      return body.waits_for !== null && body;
    });
    expect(waiting.waits_for).toContain('REFUND_MAX_FEE_BPS');
    expect(await world.outgoing(`subject_id = '${asked.id}'`)).toEqual([]);
    expect(
      await api('POST', `/refunds/${asked.id}/force`, undefined, await keyOf(['refunds:write'])),
    ).toMatchObject({
      status: 403,
    });
    dear();
    const operator = await keyOf(['admin']);
    expect(await api('POST', `/refunds/${asked.id}/force`, undefined, operator)).toMatchObject({
      status: 200,
    });
    await became(asked.id, 'confirmed');
  });
});
