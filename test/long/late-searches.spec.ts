import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenId } from '../../src/ids/token-id.js';
import { type ChainConfig } from '../../src/config/chains.js';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, hung } from '../harness/faulty-rpc-faults.js';
import { PayerContract } from '../harness/payer-contract.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const TRACES = ['debug_traceBlockByHash', 'debug_traceTransaction', 'trace_block', 'trace_transaction'];
const NO_PROOF = failure(-32_602, 'distance to target block exceeds maximum proof window');
const REFUSED = failure(-32_602, 'this block cannot be traced');

let chain: TestChain;
let payer: PayerContract;
let node: FaultyRpc;
let other: FaultyRpc;
let app: TestApp;

beforeEach(async () => {
  chain = await TestChain.start();
  payer = await PayerContract.deploy(chain);
  node = await FaultyRpc.start(chain.url);
  other = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app.stop();
  await Promise.all([node.die(), other.die(), chain.stop()]);
});

async function start(
  internalTransfers: ChainConfig['internalTransfers'],
  endpoints: readonly FaultyRpc[],
): Promise<void> {
  app = await TestApp.start({
    chains: [{ ...chain.config, internalTransfers, rpcUrls: endpoints.map(({ url }) => url) }],
  });
}

const oneLess: Fault = {
  kind: 'answer',
  answer: async (call, ask) => {
    const answer = await ask(call);
    return 'result' in answer ? { result: (answer.result as unknown[]).slice(0, -1) } : answer;
  },
};

const byNumber = [1, 2] as const;

describe.each(byNumber)('with %d endpoints, of which none', (count) => {
  const endpoints = () => [node, other].slice(0, count);

  it.each(['trace', 'balance'] as const)(
    'proves a balance: a wei that a contract sends stops nothing, and counts (%s)',
    async (mode) => {
      endpoints().forEach((endpoint) => endpoint.inject('eth_getProof', NO_PROOF));
      await start(mode, endpoints());
      const [wei, after] = [
        await app.createPayment({ amount: '1' }),
        await app.createPayment({ amount: '7' }),
      ];
      await payer.call('pay', wei.address, 1n);
      await chain.pay(after.address, 7n);
      await chain.mine(6);
      for (const { id } of [wei, after]) await app.waitForStatus(id, 'confirmed');
      expect(app.log.some((line) => line.includes('no endpoint proves a balance'))).toBe(true);
    },
  );

  it('tells of every transaction in the traces of a block: the missing one is asked for', async () => {
    endpoints().forEach((endpoint) => endpoint.inject('debug_traceBlockByHash', oneLess));
    await start('trace', endpoints());
    const payment = await app.createPayment({ amount: '9' });
    await payer.call('pay', payment.address, 9n);
    await chain.mine(6);
    await app.waitForStatus(payment.id, 'confirmed');
  });

  it.each([
    ['', [], '9'],
    [', nor tells a balance', ['eth_getBalance', 'eth_getProof'], '0'],
  ] as const)(
    'traces%s: what is in sight is confirmed, and the blocks are counted',
    async (_what, also, found) => {
      await start('trace', endpoints());
      const unseen = await app.createPayment({ amount: '9' });
      const native = await app.createPayment({ amount: '7' });
      const token = await app.createPayment({
        token_id: tokenId(chain.config.chainId, chain.token),
        amount: '1000',
      });
      endpoints().forEach((endpoint) => endpoint.inject([...TRACES, ...also], REFUSED));
      await payer.call('pay', unseen.address, 9n);
      await chain.pay(native.address, 7n);
      await chain.payToken(token.address, 1000n);
      await chain.mine(6);
      for (const { id } of [native, token]) await app.waitForStatus(id, 'confirmed');
      await waitFor('the blocks counted', async () =>
        /quittance_scanner_unsearched_blocks_total\{chain="testchain"\} [1-9]/.test(
          await (await fetch(`${app.url}/metrics`)).text(),
        ),
      );
      expect(await app.payment(unseen.id)).toMatchObject({ amount_received: found });
    },
  );

  it('answers to traces for a while: what is in sight does not wait, the rest is found when it is over', async () => {
    await start('trace', endpoints());
    const unseen = await app.createPayment({ amount: '9', expires_in_minutes: 5 });
    const native = await app.createPayment({ amount: '7' });
    endpoints().forEach((endpoint) => endpoint.inject(TRACES, hung()));
    await payer.call('pay', unseen.address, 9n);
    await chain.pay(native.address, 7n);
    await chain.mine(6);
    await app.waitForStatus(native.id, 'confirmed');
    // Its time is over by now, and it may have been paid: that has yet to be looked for.
    await chain.passTime(3_600);
    await chain.mine(2);
    await app.waitForBlock(await chain.height());
    expect(await app.payment(unseen.id)).toMatchObject({ status: 'pending' });
    endpoints().forEach((endpoint) => endpoint.heal());
    await app.waitForStatus(unseen.id, 'confirmed');
    expect(await app.payment(unseen.id)).toMatchObject({ amount_received: '9', exception: null });
  });

  it('answers to traces while a reorg mines money again, or does not: what was confirmed fails only by what was looked for', async () => {
    await start('trace', endpoints());
    const [kept, lost] = [await app.createPayment({ amount: '9' }), await app.createPayment({ amount: '5' })];
    await payer.call('pay', kept.address, 9n);
    await payer.call('pay', lost.address, 5n);
    await chain.mine(4);
    for (const { id } of [kept, lost]) await app.waitForStatus(id, 'confirmed');
    const busy = failure(-32_603, 'internal error');
    endpoints().forEach((endpoint) => endpoint.inject(TRACES, busy));
    await chain.reorg(4, [[payer.transaction('pay', kept.address, 9n), 1]]);
    await chain.mine(2);
    await app.waitForBlock(await chain.height());
    for (const { id, amount } of [kept, lost])
      expect(await app.payment(id)).toMatchObject({ status: 'confirmed', amount_received: amount });
    endpoints().forEach((endpoint) => endpoint.heal());
    await app.waitForStatus(lost.id, 'failed');
    expect(await app.payment(kept.id)).toMatchObject({ status: 'confirmed', amount_received: '9' });
    expect(await app.eventsOf(kept.id)).toEqual(['payment.created', 'payment.detected', 'payment.confirmed']);
  });
});
