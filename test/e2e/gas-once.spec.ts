import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type ChainConfig } from '../../src/config/chains.js';
import { ChainService } from '../../src/chain/chain.service.js';
import { GasTank } from '../../src/outgoing/gas-tank.js';
import { type CheckBody } from '../../src/payment-check/check.body.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type AnswerFault } from '../harness/faulty-rpc.js';
import { result } from '../harness/faulty-rpc-faults.js';
import { PayerContract } from '../harness/payer-contract.js';
import { SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { waitFor } from '../harness/wait-for.js';
import { toAddress } from '../../src/ids/ids.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
let world: SweepWorld;
beforeAll(async () => {
  world = await SweepWorld.start();
});
afterAll(() => world?.stop());

const askRefund = (payment: PaymentView, amount: bigint) =>
  world.app.request('POST', `/api/v1/payments/${payment.id}/refunds`, {
    to: Wallet.createRandom().address,
    amount: amount.toString(),
  });
const refundOf = async ({ id }: PaymentView) =>
  (await world.app.request<{ data: RefundView[] }>('GET', `/api/v1/payments/${id}/refunds`)).body.data[0];
const refunded = (payment: PaymentView) =>
  world.mineUntil('the refund', async () => (await refundOf(payment))?.state === 'confirmed');
const gasFor = ({ address }: PaymentView) =>
  world.outgoing(`purpose = 'gas' AND recipient = '${address.toLowerCase()}'`);
const cheap = async () => {
  await world.chain.setBaseFee(GWEI);
  await world.chain.mine();
};

/** As of Amsterdam's prices for what is added to the state (EIP-8037). */
const NEW_ACCOUNT_GAS = 143_490;
const dearToNewAccounts = (): AnswerFault => ({
  kind: 'answer',
  answer: (call, ask) => {
    const [{ data }] = call.params as [{ data: string }];
    return data === '0x' ? Promise.resolve({ result: toQuantity(NEW_ACCOUNT_GAS) }) : ask(call);
  },
});

describe('gas for a token’s refund is sent once', () => {
  it('though it got dearer since the round began that sends it', async () => {
    await cheap();
    const payment = await world.paidToken(5_000_000n);
    let release: () => void = () => undefined;
    const isReleased = new Promise<void>((resolve) => (release = resolve));
    // A quote is the head's base fee, then the tip: the head has been read by then.
    world.node.inject(
      'eth_maxPriorityFeePerGas',
      {
        kind: 'answer',
        answer: async (call, ask) => {
          await isReleased;
          return ask(call);
        },
      },
      1,
    );
    const before = world.node.count('eth_maxPriorityFeePerGas');
    await waitFor('a round to begin', () => world.node.count('eth_maxPriorityFeePerGas') > before);
    await world.chain.setBaseFee(40n * GWEI);
    await world.chain.mine();
    await askRefund(payment, 5_000_000n);
    release();
    await refunded(payment);
    expect(await gasFor(payment)).toHaveLength(1);
  });

  it('though it gets dearer before it is used: that is waited for, and as much gas as an account costs that is new', async () => {
    await cheap();
    const payment = await world.paidToken(5_000_000n);
    const end = world.node.inject('eth_estimateGas', dearToNewAccounts());
    await askRefund(payment, 5_000_000n);
    const [gas] = await waitFor('gas', async () => {
      const rows = await gasFor(payment);
      return rows[0]?.state === 'sent' && rows;
    });
    const [attempt] = await world.attempts(gas?.id as string);
    const mined = await world.chain.rpc<{ gas: string }>('eth_getTransactionByHash', [attempt]);
    expect(Number(mined.gas)).toBe(NEW_ACCOUNT_GAS + NEW_ACCOUNT_GAS / 10);
    end();
    await world.chain.mine();
    await world.chain.setBaseFee(4n * GWEI);
    await world.chain.mine(2);
    await waitFor('the reason', async () => (await refundOf(payment))?.waits_for?.includes('dearer'));
    await refunded(payment);
    expect(await gasFor(payment)).toHaveLength(1);
  });

  it('though a node that lags shows none of it', async () => {
    await cheap();
    const payment = await world.paidToken(5_000_000n);
    const heal = world.node.inject('eth_getBalance', {
      kind: 'answer',
      answer: (call, ask) => (call.params[1] === 'latest' ? Promise.resolve({ result: '0x0' }) : ask(call)),
    });
    await askRefund(payment, 5_000_000n);
    await refunded(payment);
    heal();
    expect(await gasFor(payment)).toHaveLength(1);
  });

  it('though a node had not told what miners want: what it was sent for is offered then, and more is not waited for', async () => {
    await world.chain.setBaseFee(GWEI / 100n);
    await world.chain.mine();
    const payments = [await world.paidToken(5_000_000n), await world.paidToken(5_000_000n)] as const;
    // There is a base fee of next to nothing, and so the tip is nearly all of the price.
    await world.chain.setBaseFee(GWEI / 100n);
    await world.chain.mine();
    const ends = [
      world.node.inject(['eth_maxPriorityFeePerGas', 'eth_gasPrice'], result('0x0')),
      world.node.inject('eth_feeHistory', result({ reward: [['0x0']], baseFeePerGas: ['0x0'] })),
    ];
    await askRefund(payments[0], 5_000_000n);
    await world.plan({ paymentIds: [payments[1].id], isForced: true });
    for (const payment of payments) await waitFor('gas', async () => (await gasFor(payment)).length > 0);
    ends.forEach((end) => end());
    await refunded(payments[0]);
    await world.settled(payments[1].id);
    for (const payment of payments) {
      const [gas, ...more] = await gasFor(payment);
      expect(more).toEqual([]);
      const [moved] = await world.outgoing(`from_address = '${payment.address.toLowerCase()}'`);
      // It was never enough for a tip of a gwei.
      expect(BigInt(gas?.amount ?? 0)).toBeLessThan(21_000n * GWEI);
      expect(moved?.state).toBe('confirmed');
    }
  });

  it('by two that would send it at the same moment', async () => {
    const payment = await world.paidToken(5_000_000n);
    const { app } = world;
    const [config] = app.get(ChainService).all();
    const chain = app.get(ChainService).of(config as ChainConfig);
    const gas = { to: toAddress(payment.address), neededAt: () => 10n ** 15n, subjectId: null };
    const results = await Promise.all([1, 2, 3].map(() => app.get(GasTank).fund(chain, gas)));
    expect(results.map(({ state }) => state).sort()).toEqual(['signed', 'under_way', 'under_way']);
    await world.mineUntil('gas to arrive', async () => (await gasFor(payment))[0]?.state === 'confirmed');
    expect(await gasFor(payment)).toHaveLength(1);
    await world.plan();
    await world.settled(payment.id);
  });
});

describe('gas that was sent', () => {
  it('is told to be that, where somebody asks what its transaction paid', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.plan();
    const gas = await world.mineUntil('gas', async () => {
      const [row] = await gasFor(payment);
      return row?.state === 'confirmed' && row;
    });
    await world.app.waitForBlock(await world.chain.height());
    // Others go on reading blocks: what counts is that of the gas, which is final.
    const asked: unknown[] = [];
    const end = world.node.inject('eth_getBlockReceipts', {
      kind: 'answer',
      answer: (call, ask) => {
        asked.push(call.params[0]);
        return ask(call);
      },
    });
    const path = `/api/v1/payments/${payment.id}/check`;
    const { body } = await world.app.request<CheckBody>('POST', path, { tx_hash: gas.tx_hash });
    expect(body).toMatchObject({ code: 'own_gas', applied: false });
    end();
    const mined = await world.chain.rpc<{ blockNumber: string; blockHash: string }>(
      'eth_getTransactionReceipt',
      [gas.tx_hash],
    );
    expect(asked).not.toContain(mined.blockNumber);
    expect(asked).not.toContain(mined.blockHash);
    await world.settled(payment.id);
  });

  it('comes back without anything of a customer’s that the scan has not seen, or never sees', async () => {
    await cheap();
    const contract = await PayerContract.deploy(world.chain);
    let hideFrom = Infinity;
    // A load balancer: one node has the head, another not yet the block.
    world.node.inject('eth_getBlockByNumber', {
      kind: 'answer',
      answer: async (call, ask) => {
        const [number, isFull] = call.params as [string, boolean];
        const isHidden = isFull && number.startsWith('0x') && Number(number) >= hideFrom;
        return isHidden ? { result: null } : ask(call);
      },
    });
    await world.chain.setBaseFee(40n * GWEI);
    await world.chain.mine();
    const payment = await world.paidToken(5_000_000n);
    await world.chain.setBaseFee(40n * GWEI);
    await world.chain.mine();
    await world.plan();
    await waitFor('gas', async () => (await gasFor(payment))[0]?.state === 'sent');
    await world.chain.mine();
    await world.chain.setBaseFee(GWEI);
    // Here nothing looks into transactions.
    await contract.call('pay', payment.address, ETHER);
    await world.chain.mine();
    const own = `from_address = '${payment.address.toLowerCase()}'`;
    await world.mineUntil(
      'the sweep to be signed',
      async () => (await world.outgoing(`purpose = 'sweep' AND ${own}`)).length > 0,
    );
    await world.waitForOutgoing(`purpose = 'sweep' AND ${own} AND state = 'sent'`);
    const mined = (await world.chain.height()) + 1;
    hideFrom = mined + 2;
    await world.chain.mine();
    await world.waitForOutgoing(`purpose = 'sweep' AND ${own} AND state = 'mined'`);
    await world.chain.mine(2);
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine();
    // Now the sweep is final by the scan, and the node has the customer's money, which the scan has not.
    hideFrom = mined + 3;
    await waitFor('what is left to be looked at', async () => {
      const [row] = await world.app.database.dataSource.query<{ gas_settled: boolean }[]>(
        'SELECT gas_settled FROM sweeps WHERE payment_id = $1',
        [payment.id],
      );
      return row?.gas_settled;
    });
    hideFrom = Infinity;
    await world.mineUntil('gas to come back', async () =>
      (await world.outgoing(`purpose = 'gas_return' AND ${own}`)).some(({ state }) => state === 'confirmed'),
    );
    expect(await world.native(payment.address)).toBeGreaterThanOrEqual(2n * ETHER);
    await world.chain.rpc('anvil_setBalance', [
      payment.address,
      toQuantity((await world.native(payment.address)) - ETHER),
    ]);
    // It goes where a customer's money goes.
    await world.plan({ paymentIds: [payment.id], isForced: true });
    const before = await world.native(TREASURY);
    await world.mineUntil('it to be swept', async () => (await world.native(TREASURY)) > before + ETHER / 2n);
    expect(await world.native(TANK.address)).toBeLessThan(100n * ETHER);
  });
});
