import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestApp } from '../harness/app.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { hung, wrongChainId } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';
import { waitFor } from '../harness/wait-for.js';

let world: TwoNodes;
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

async function stateOf(running: TestApp): Promise<string | undefined> {
  const { body } = await running.request<{ parts: { chains: Record<string, { state: string }> } }>(
    'GET',
    '/health/ready',
  );
  return body.parts.chains.testchain?.state;
}

describe('two endpoints', () => {
  it('that both serve another chain at start refuse it, until one is fixed', async () => {
    const ends = [world.first, world.second].map((endpoint) =>
      endpoint.inject('eth_chainId', wrongChainId(56)),
    );
    const running = await world.startApp(world.first.url, world.second.url);
    expect(await stateOf(running)).toBe('refused');
    ends.forEach((end) => end());
    await waitFor('the chain taken up', async () => (await stateOf(running)) === 'ready');
    const payment = await running.createPayment();
    await world.chain.pay(payment.address, 1000n);
    await world.chain.mine(3);
    await running.waitForStatus(payment.id, 'confirmed');
  });
});

describe('one of two endpoints that takes connections and says nothing, since the start', () => {
  it('is waited for no longer by a comparison than one that said something before', async () => {
    world.second.inject('*', hung());
    const pool = new RpcPool([world.first.url, world.second.url], 31_337, { blockTimeMs: 600_000 });
    try {
      const beganAt = Date.now();
      await expect(pool.inspect()).resolves.toBeNull();
      expect(Date.now() - beganAt).toBeLessThan(5_000);
      expect(pool.report().map(({ head }) => head)).toEqual([await world.chain.height(), null]);
    } finally {
      pool.close();
    }
  });
});
