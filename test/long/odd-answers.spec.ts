import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { batchLimit, result, serverError, slowForMany, wrongChainId } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let first: FaultyRpc;
let second: FaultyRpc;
let app: TestApp | null = null;

beforeEach(async () => {
  chain = await TestChain.start();
  first = await FaultyRpc.start(chain.url);
  second = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app?.stop();
  app = null;
  await Promise.all([first.die(), second.die(), chain.stop()]);
});

async function start(...nodes: FaultyRpc[]): Promise<TestApp> {
  app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: nodes.map(({ url }) => url) }] });
  return app;
}

interface Endpoint {
  state: string;
  reason: string | null;
}

async function endpointsOf(running: TestApp): Promise<Endpoint[]> {
  const { body } = await running.request<{ parts: { chains: Record<string, { endpoints: Endpoint[] }> } }>(
    'GET',
    '/health/ready',
  );
  return body.parts.chains.testchain?.endpoints ?? [];
}

async function expectPaid(running: TestApp): Promise<void> {
  const payment = await running.createPayment();
  await chain.pay(payment.address, 1000n);
  await chain.mine(3);
  expect(await running.waitForStatus(payment.id, 'confirmed')).toMatchObject({ amount_received: '1000' });
}

const changed = (change: (block: Record<string, unknown>) => unknown): Fault => ({
  kind: 'answer',
  answer: async (call, ask) => {
    const answer = await ask(call);
    const isWhole = call.params[1] === true;
    return isWhole && 'result' in answer
      ? { result: change(answer.result as Record<string, unknown>) }
      : answer;
  },
});

describe('an answer of another form, from the first of two', () => {
  const ODD: [string, string, Fault][] = [
    ['a block without transactions', 'eth_getBlockByNumber', changed(({ transactions: _, ...rest }) => rest)],
    ['null for transactions', 'eth_getBlockByNumber', changed((block) => ({ ...block, transactions: null }))],
    ['an object for receipts', 'eth_getBlockReceipts', result({})],
    ['no newest block', 'eth_getBlockByNumber', result(null)],
  ];

  it('keeps no payment from being confirmed, and puts the endpoint aside with the reason', async () => {
    const running = await start(first, second);
    const putAside = () => running.log.filter((line) => line.includes('unproven_answer')).length;
    for (const [what, method, fault] of ODD) {
      const before = putAside();
      const end = first.inject(method, fault);
      await expectPaid(running);
      await waitFor(`the endpoint put aside for ${what}`, () => putAside() > before);
      end();
      // Each time it is left alone for twice as long, up to a minute: a chain without blocks would look as if it stood still.
      const takenBack = async (): Promise<boolean> => {
        await chain.mine(1);
        return (await endpointsOf(running))[0]?.state === 'ok';
      };
      await waitFor(`the endpoint taken back after ${what}`, takenBack, 120_000);
    }
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_rpc_errors_total\{.*class="unproven"\} \d+/);
  });
});

describe('one endpoint alone', () => {
  it('is asked for its chain id again when it was wrong once, after all had failed for a while', async () => {
    const running = await start(first);
    await expectPaid(running);
    const end = first.inject('*', serverError());
    await waitFor('the endpoint to rest', async () => (await endpointsOf(running))[0]?.state === 'resting');
    first.inject('eth_chainId', wrongChainId(1), 1);
    end();
    await expectPaid(running);
    expect((await endpointsOf(running))[0]?.state).toBe('ok');
  });

  it('that answers a batch only as far as it fits is caught up with', async () => {
    const running = await start(first);
    await expectPaid(running);
    await first.die();
    const payment = await running.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(40);
    first.inject('*', batchLimit(3));
    await first.revive();
    await running.waitForStatus(payment.id, 'confirmed');
    await running.waitForBlock(await chain.height());
  });

  it('on a line on which many blocks at once take too long is caught up with', async () => {
    const running = await start(first);
    await expectPaid(running);
    await first.die();
    const payment = await running.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(60);
    first.inject('*', slowForMany(10, 30_000));
    await first.revive();
    await running.waitForStatus(payment.id, 'confirmed');
    await running.waitForBlock(await chain.height());
  });
});
