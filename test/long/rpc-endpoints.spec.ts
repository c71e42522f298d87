import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestApp } from '../harness/app.js';
import { wrongChainId } from '../harness/faulty-rpc-faults.js';
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
