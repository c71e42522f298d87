import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestApp } from '../harness/app.js';
import { type Fault } from '../harness/faulty-rpc.js';
import { batchLimit, result, serverError, slowForMany, wrongChainId } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';
import { waitFor } from '../harness/wait-for.js';

let world: TwoNodes;
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

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
  await world.chain.pay(payment.address, 1000n);
  await world.chain.mine(3);
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

  // Each in a world of its own: an endpoint is left alone for twice as long each time, up to a minute.
  it.each(ODD)(
    'keeps no payment from being confirmed, and puts the endpoint aside: %s',
    async (what, method, fault) => {
      const running = await world.startApp(world.first.url, world.second.url);
      const putAside = () => running.log.some((line) => line.includes('unproven_answer'));
      const end = world.first.inject(method, fault);
      await expectPaid(running);
      // The payment may have been read from the second one alone: whole blocks have to be there for the first to be asked.
      const afterMining = (isSo: () => boolean | Promise<boolean>) => async (): Promise<boolean> => {
        if (await isSo()) return true;
        await world.chain.mine(1);
        return false;
      };
      await waitFor(`the endpoint put aside for ${what}`, afterMining(putAside));
      end();
      const isTakenBack = async () => (await endpointsOf(running))[0]?.state === 'ok';
      await waitFor(`the endpoint taken back after ${what}`, afterMining(isTakenBack), 120_000);
      const metrics = await (await fetch(`${running.url}/metrics`)).text();
      expect(metrics).toMatch(/quittance_rpc_errors_total\{.*class="unproven"\} \d+/);
    },
  );
});

describe('one endpoint alone', () => {
  it('is asked for its chain id again when it was wrong once, after all had failed for a while', async () => {
    const running = await world.startApp(world.first.url);
    await expectPaid(running);
    const end = world.first.inject('*', serverError());
    await waitFor('the endpoint to rest', async () => (await endpointsOf(running))[0]?.state === 'resting');
    world.first.inject('eth_chainId', wrongChainId(1), 1);
    end();
    await expectPaid(running);
    expect((await endpointsOf(running))[0]?.state).toBe('ok');
  });

  it('that answers a batch only as far as it fits is caught up with', async () => {
    const running = await world.startApp(world.first.url);
    await expectPaid(running);
    await world.first.die();
    const payment = await running.createPayment();
    await world.chain.pay(payment.address, 1000n);
    await world.chain.mine(40);
    world.first.inject('*', batchLimit(3));
    await world.first.revive();
    await running.waitForStatus(payment.id, 'confirmed');
    await running.waitForBlock(await world.chain.height());
  });

  it('on a line on which many blocks at once take too long is caught up with', async () => {
    const running = await world.startApp(world.first.url);
    await expectPaid(running);
    await world.first.die();
    const payment = await running.createPayment();
    await world.chain.pay(payment.address, 1000n);
    await world.chain.mine(60);
    world.first.inject('*', slowForMany(10, 30_000));
    await world.first.revive();
    await running.waitForStatus(payment.id, 'confirmed');
    await running.waitForBlock(await world.chain.height());
  });
});
