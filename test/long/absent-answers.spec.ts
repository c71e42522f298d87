import { afterEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type Ask, type Call, type FaultyRpc } from '../harness/faulty-rpc.js';
import { result } from '../harness/faulty-rpc-faults.js';
import { type SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import {
  askRefund,
  refundEnds,
  refundsOf,
  startRefunding,
  startWithTwoEndpoints,
} from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
let stop: () => Promise<void>;
afterEach(() => stop?.());

async function withOneEndpoint(settings = {}): Promise<FaultyRpc> {
  world = await startRefunding(settings);
  stop = () => world.stop();
  return world.node;
}

async function withTwoEndpoints(): Promise<[FaultyRpc, FaultyRpc]> {
  const started = await startWithTwoEndpoints();
  ({ world, stop } = started);
  return [started.first, started.second];
}

const sweptAt = async ({ address }: PaymentView) =>
  (
    await world.app.database.dataSource.query<{ swept_at: Date | null }[]>(
      'SELECT swept_at FROM transfers WHERE to_address = $1',
      [address.toLowerCase()],
    )
  ).map(({ swept_at }) => swept_at);

describe('a node that shows no receipt', () => {
  it('is not believed even where it is the only one: the blocks say who used the nonce', async () => {
    const node = await withOneEndpoint();
    const payment = await world.paid(ETHER);
    node.inject('eth_getTransactionReceipt', result(null));
    const to = Wallet.createRandom().address;
    await askRefund(world, payment, to, ETHER / 4n);
    expect(await refundEnds(world, payment)).toMatchObject({ state: 'confirmed', failure: null });
    // Without their receipts, in any form, it is waited for.
    node.inject('eth_getBlockReceipts', {
      kind: 'answer',
      answer: () => Promise.resolve({ error: { code: -32601, message: 'method not found' } }),
    });
    await askRefund(world, payment, to, ETHER / 8n);
    await world.mineUntil('the second to be mined', async () => (await world.native(to)) > ETHER / 4n);
    await world.chain.mine(8);
    await waitFor('the nonce to be looked into', () => node.count('eth_getBlockByHash') > 0);
    expect((await refundsOf(world, payment))[1]).toMatchObject({ state: 'sent' });
    node.heal();
    expect(await refundEnds(world, payment, 1)).toMatchObject({ state: 'confirmed' });
    expect(await world.native(to)).toBe(ETHER / 4n + ETHER / 8n);
  });

  it('does not take away what was mined: only another block at its height does', async () => {
    const node = await withOneEndpoint();
    const payment = await world.paid(ETHER);
    await world.plan();
    await world.waitForOutgoing(`state = 'sent'`);
    await world.chain.mine();
    await world.waitForOutgoing(`state = 'mined'`);
    node.inject('eth_getTransactionReceipt', result(null));
    await world.settled(payment.id);
    expect(world.app.log.some((line) => line.includes('a reorg took'))).toBe(false);
    expect(await world.outgoing()).toMatchObject([{ state: 'confirmed' }]);
  });

  it('nor one that leaves logs out, or has them fail, makes a refund that moved its tokens a failed one', async () => {
    const node = await withOneEndpoint();
    const payment = await world.paidToken(5_000_000n);
    const to = Wallet.createRandom().address;
    node.inject('eth_getTransactionReceipt', {
      kind: 'answer',
      answer: async (call, ask) => {
        const answer = await ask(call);
        if (!('result' in answer) || answer.result === null) return answer;
        return { result: { ...answer.result, status: '0x0', logs: [] } };
      },
    });
    await askRefund(world, payment, to, 5_000_000n);
    expect(await refundEnds(world, payment)).toMatchObject({ state: 'confirmed', failure: null });
    expect(await world.token(to)).toBe(5_000_000n);
  });
});

describe('a balance of nothing', () => {
  /** As of a node that lags, or answers from another chain's state. */
  const isEmpty = (node: FaultyRpc, address: string) =>
    node.inject(['eth_getBalance', 'eth_call'], {
      kind: 'answer',
      answer: (call, ask) => {
        const [about] = call.params as [string | { data?: string }];
        const ofNative = typeof about === 'string' && about.toLowerCase() === address.toLowerCase();
        const ofToken =
          typeof about === 'object' &&
          about.data?.includes(address.slice(2).toLowerCase()) === true &&
          about.data.startsWith('0x70a08231');
        if (ofNative) return Promise.resolve({ result: '0x0' });
        return ofToken ? Promise.resolve({ result: `0x${'0'.repeat(64)}` }) : ask(call);
      },
    });

  it('has no address called empty whose books say otherwise, in either asset', async () => {
    const node = await withOneEndpoint();
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    node.inject('eth_getProof', {
      kind: 'answer',
      answer: () => Promise.resolve({ error: { code: -32601, message: 'method not found' } }),
    });
    isEmpty(node, native.address);
    await world.plan();
    isEmpty(node, token.address);
    await world.plan();
    expect([...(await sweptAt(native)), ...(await sweptAt(token))]).toEqual([null, null]);
    node.heal();
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
  });

  it('has no refund fail for money that left, nor paid from elsewhere', async () => {
    const node = await withOneEndpoint({ payoutPrivateKey: null });
    const payment = await world.paidToken(5_000_000n);
    isEmpty(node, payment.address);
    const to = Wallet.createRandom().address;
    await askRefund(world, payment, to, 5_000_000n);
    const waiting = await world.mineUntil('a reason', async () => {
      const [refund] = await refundsOf(world, payment);
      return refund?.state !== 'created' || refund.waits_for !== null ? refund : null;
    });
    expect(waiting).toMatchObject({ state: 'created', waits_for: expect.stringContaining('are booked') });
    node.heal();
    expect(await refundEnds(world, payment)).toMatchObject({ state: 'confirmed' });
  });

  it('at one of two endpoints is nothing against what the other shows and the books say', async () => {
    const [first] = await withTwoEndpoints();
    const payment = await world.paidToken(5_000_000n);
    isEmpty(first, payment.address);
    await world.plan();
    await world.settled(payment.id);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
  });
});

/** Its newest block is from before the money came: there, what is tried fails for want of it. */
const behind = () => {
  const refusal = { error: { code: 3, message: 'execution reverted: transfer amount exceeds balance' } };
  return {
    kind: 'answer' as const,
    answer: (call: Call, ask: Ask) => {
      const { value } = call.params[0] as { value?: string };
      const isTrial = value !== undefined && (call.params[1] ?? 'latest') === 'latest';
      return isTrial ? Promise.resolve(refusal) : ask(call);
    },
  };
};

describe('a node on which a transfer fails that is tried', () => {
  it('fails no refund and no sweep while another has it succeed', async () => {
    const [first] = await withTwoEndpoints();
    const [refunded, swept] = [await world.paidToken(5_000_000n), await world.paidToken(3_000_000n)];
    first.inject(['eth_call', 'eth_estimateGas'], behind());
    first.inject('eth_getTransactionReceipt', dearer());
    const to = Wallet.createRandom().address;
    await askRefund(world, refunded, to, 1_000_000n);
    expect(await refundEnds(world, refunded)).toMatchObject({ state: 'confirmed', failure: null });
    await world.plan();
    await world.settled(swept.id);
    // What the first says that gas cost is in no book.
    await world.requireProvenBooks();
  });

  it('keeps it waiting, and no more, where it is the only one and the scanned block has it succeed', async () => {
    const node = await withOneEndpoint();
    const payment = await world.paidToken(5_000_000n);
    const heal = node.inject(['eth_call', 'eth_estimateGas'], behind());
    await askRefund(world, payment, Wallet.createRandom().address, 1_000_000n);
    const waiting = await waitFor('the refund to wait', async () => {
      const [refund] = await refundsOf(world, payment);
      return refund?.waits_for && refund;
    });
    expect(waiting).toMatchObject({
      state: 'created',
      waits_for: expect.stringMatching(/it would fail now, and not after block 0x/),
    });
    heal();
    expect(await refundEnds(world, payment)).toMatchObject({ state: 'confirmed' });
  });
});

/** Claims that gas cost twice what it did. */
function dearer() {
  return {
    kind: 'answer' as const,
    answer: async (call: Call, ask: Ask) => {
      const answer = await ask(call);
      if (!('result' in answer) || answer.result === null) return answer;
      const receipt = answer.result as { effectiveGasPrice: string };
      const price = toQuantity(2n * BigInt(receipt.effectiveGasPrice));
      return { result: { ...receipt, effectiveGasPrice: price } };
    },
  };
}
