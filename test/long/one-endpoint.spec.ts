import { afterEach, describe, expect, it } from '@jest/globals';
import { keccak256, toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { checkBooks } from '../harness/books.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { changed } from '../harness/faulty-rpc-faults.js';
import { PAYOUT, SweepWorld, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
let world: SweepWorld;
let nodes: FaultyRpc[] = [];
afterEach(async () => {
  await world?.stop();
  await Promise.all(nodes.map((node) => node.die()));
  nodes = [];
});

/** Endpoints of one node, each with faults of its own. */
async function withEndpoints(count: number): Promise<FaultyRpc[]> {
  const chain = await TestChain.start();
  nodes = await Promise.all(Array.from({ length: count }, () => FaultyRpc.start(chain.url)));
  const rpcUrls = nodes.map(({ url }) => url);
  world = await SweepWorld.on(chain, { payoutPrivateKey: PAYOUT.privateKey }, { rpcUrls });
  return nodes;
}

const refund = async ({ id }: PaymentView, to: string, amount: bigint) => {
  const path = `/api/v1/payments/${id}/refunds`;
  return (await world.app.request<RefundView>('POST', path, { to, amount: amount.toString() })).body;
};
const refundOf = async ({ id }: RefundView) =>
  (await world.app.request<RefundView>('GET', `/api/v1/refunds/${id}`)).body;
const isConfirmed = (one: RefundView) =>
  world.mineUntil('the refund to be paid', async () => (await refundOf(one)).state === 'confirmed');

describe('an endpoint that is wrong alone', () => {
  it('makes nothing final by a receipt of what was never mined: the block of the receipt has to have it', async () => {
    const [first] = (await withEndpoints(1)) as [FaultyRpc];
    const payment = await world.paid(ETHER);
    const to = Wallet.createRandom().address;
    const given: string[] = [];
    first.inject('eth_sendRawTransaction', {
      kind: 'answer',
      answer: ({ params }) => {
        const txHash = keccak256(String(params[0]));
        given.push(txHash);
        return Promise.resolve({ result: txHash });
      },
    });
    first.inject('eth_getTransactionReceipt', {
      kind: 'answer',
      answer: async (call, ask) => {
        const [txHash] = call.params as [string];
        if (!given.includes(txHash)) return ask(call);
        const answer = await ask({ method: 'eth_getBlockByNumber', params: ['latest', false] });
        const { number, hash } = (answer as { result: { number: string; hash: string } }).result;
        return {
          result: {
            transactionHash: txHash,
            transactionIndex: '0x0',
            blockNumber: number,
            blockHash: hash,
            from: payment.address.toLowerCase(),
            to: to.toLowerCase(),
            status: '0x1',
            cumulativeGasUsed: '0x5208',
            gasUsed: '0x5208',
            effectiveGasPrice: '0x3b9aca00',
            logs: [],
            logsBloom: `0x${'00'.repeat(256)}`,
            type: '0x2',
          },
        };
      },
    });
    const asked = await refund(payment, to, ETHER / 4n);
    const isTold = () =>
      world.app.log.some((line) => line.includes('a block that does not have the transaction'));
    await world.mineUntil('the receipt to be looked into', () => Promise.resolve(isTold()));
    expect(await refundOf(asked)).toMatchObject({ state: 'sent' });
    expect(await world.native(to)).toBe(0n);
    first.heal();
    await isConfirmed(asked);
    expect(await world.native(to)).toBe(ETHER / 4n);
  });

  it('keeps bytes from the chain as little as it keeps them to itself: every endpoint is given them', async () => {
    const [first] = (await withEndpoints(2)) as [FaultyRpc, FaultyRpc];
    const payment = await world.paid(ETHER);
    first.inject('eth_sendRawTransaction', {
      kind: 'answer',
      answer: ({ params }) => Promise.resolve({ result: keccak256(String(params[0])) }),
    });
    await world.plan();
    await world.settled(payment.id);
    expect(await world.native(TREASURY)).toBeGreaterThan(0n);
  });

  it('moves nothing by what it says of balances and gas, and stops nothing of native money where blocks prove it', async () => {
    const [first, second] = (await withEndpoints(3)) as [FaultyRpc, FaultyRpc, FaultyRpc];
    const [native, token] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    const times = (factor: bigint) => changed((value) => toQuantity(BigInt(String(value)) * factor));
    first.inject('eth_getBalance', times(1_000n));
    first.inject('eth_estimateGas', times(500n));
    second.inject('eth_estimateGas', times(2n));
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
    const gas = (await world.outgoing(`purpose = 'gas'`)).map(({ amount }) => BigInt(amount));
    expect(gas).toHaveLength(1);
    expect(gas[0]).toBeLessThan(ETHER / 100n);
  });

  it('of two keeps a token waiting by a balance that is too high, and no more: none of it is signed for', async () => {
    const [first] = (await withEndpoints(2)) as [FaultyRpc, FaultyRpc];
    const payment = await world.paidToken(5_000_000n);
    const data = (call: unknown) => (call as { data?: string }).data ?? '';
    first.inject('eth_call', {
      kind: 'answer',
      answer: (call, ask) =>
        data(call.params[0]).toLowerCase() ===
        `0x70a08231${payment.address.slice(2).toLowerCase().padStart(64, '0')}`
          ? Promise.resolve({ result: `0x${(10n ** 12n).toString(16).padStart(64, '0')}` })
          : ask(call),
    });
    await world.plan();
    await waitFor('its balance to be asked', () => first.count('eth_call') > 0);
    await world.chain.mine(4);
    expect((await world.outgoing()).filter(({ amount }) => BigInt(amount) === 10n ** 12n)).toEqual([]);
    first.heal();
    await world.plan();
    await world.settled(payment.id);
    expect(await world.token(TREASURY)).toBe(5_000_000n);
  });

  it('has the ledger’s check report what it could not check, and neither a difference nor agreement', async () => {
    const [first] = (await withEndpoints(2)) as [FaultyRpc, FaultyRpc];
    const { address } = await world.paid(ETHER);
    first.inject('eth_getBalance', {
      kind: 'answer',
      answer: (call, ask) =>
        String(call.params[0]).toLowerCase() === address.toLowerCase()
          ? Promise.resolve({ result: '0x0' })
          : ask(call),
    });
    await world.app.waitForBlock(await world.chain.height());
    const rpcUrls = nodes.map(({ url }) => url);
    const check = () => checkBooks(world.app.database, { ...world.chain.config, rpcUrls });
    const report = await check();
    expect(report.unchecked.all()).toEqual([
      expect.stringContaining('endpoints contradict each other about its ETH'),
    ]);
    expect(report.differences.all()).toEqual([]);
    first.heal();
    expect((await check()).unchecked.all()).toEqual([]);
  });
});
