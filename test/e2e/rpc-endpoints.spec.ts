import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestApp } from '../harness/app.js';
import { staleHead, wrongChainId } from '../harness/faulty-rpc-faults.js';
import { TwoNodes } from '../harness/two-nodes.js';
import { waitFor } from '../harness/wait-for.js';

interface Health {
  parts: {
    chains: Record<
      string,
      {
        state: string;
        endpoints: { endpoint: string; state: string; reason: string | null }[];
        endpoints_contradict_from: number | null;
      }
    >;
  };
}

let world: TwoNodes;
// Every test has a database of its own, and so the same addresses: on one chain, they would find each other's money.
beforeEach(async () => {
  world = await TwoNodes.start();
});
afterEach(() => world.stop());

/** The first endpoint has a key in its address. */
function start(): Promise<TestApp> {
  return world.startApp(`${world.first.url}/v2/secret-key`, world.second.url);
}

async function healthOf(running: TestApp): Promise<Health['parts']['chains'][string]> {
  const { body } = await running.request<Health>('GET', '/health/ready');
  const { testchain } = body.parts.chains;
  if (!testchain) throw new Error('the health knows no testchain');
  return testchain;
}

describe('two endpoints', () => {
  it('lose no block and no payment when the first dies, and when it comes back', async () => {
    const running = await start();
    const payments = await Promise.all([1, 2, 3].map(() => running.createPayment()));
    const [before, during, after] = payments.map(({ address }) => address) as [string, string, string];
    await world.chain.pay(before, 1000n);
    await world.chain.mine();
    await running.waitForBlock(await world.chain.height());
    await world.first.die();
    await world.chain.pay(during, 1000n);
    await world.chain.mine(2);
    await running.waitForBlock(await world.chain.height());
    await world.first.revive();
    await world.chain.pay(after, 1000n);
    await world.chain.mine(3);
    for (const { id } of payments) {
      const confirmed = await running.waitForStatus(id, 'confirmed');
      expect(confirmed).toMatchObject({ amount_received: '1000', exception: null });
    }
  });

  it('put aside one that serves another chain, say so, and take it back when it is fixed', async () => {
    world.first.inject('eth_chainId', wrongChainId(56));
    const running = await start();
    const payment = await running.createPayment();
    await world.chain.pay(payment.address, 1000n);
    await world.chain.mine(3);
    await running.waitForStatus(payment.id, 'confirmed');
    expect(world.first.count('eth_getBlockByNumber')).toBe(0);
    const { state, endpoints } = await healthOf(running);
    expect(state).toBe('ready');
    expect(endpoints.map((endpoint) => [endpoint.state, endpoint.reason])).toEqual([
      ['aside', 'wrong_chain_id: it serves chain id 56'],
      ['ok', null],
    ]);
    const metrics = await (await fetch(`${running.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_rpc_endpoint_state\{.*state="aside"\} 1/);
    expect(metrics).toMatch(/quittance_rpc_endpoint_aside\{.*reason="wrong_chain_id"\} 1/);
    expect(metrics).toMatch(/quittance_rpc_calls_total\{.*method="eth_getBlockByNumber"\} \d+/);
    expect(metrics + JSON.stringify(endpoints) + running.log.join()).not.toContain('secret-key');
    world.first.heal();
    await waitFor('the endpoint taken back', async () => {
      const now = await healthOf(running);
      return now.endpoints.every((endpoint) => endpoint.state === 'ok');
    });
  });

  it('follow the head of the one that moves when the other fell back', async () => {
    const running = await start();
    await world.chain.mine(10);
    await running.waitForBlock(await world.chain.height());
    world.first.inject(
      ['eth_blockNumber', 'eth_getBlockByNumber'],
      staleHead((await world.chain.height()) - 8),
    );
    const payment = await running.createPayment();
    await world.chain.pay(payment.address, 1000n);
    await world.chain.mine(3);
    await running.waitForStatus(payment.id, 'confirmed');
    await waitFor('the fallen head reported', async () =>
      (await healthOf(running)).endpoints[0]?.reason?.startsWith('head_went_back'),
    );
  });

  it('are asked as soon as a WebSocket tells of a new head, and when it is cut, by the poll', async () => {
    // Eight blocks, each waited for, would take the poll of every four seconds half a minute.
    const running = await world.startWith({
      rpcUrls: [world.first.url],
      wsUrls: [world.second.wsUrl],
      blockTimeMs: 60_000,
    });
    await running.createPayment();
    await waitFor('the subscription', () =>
      running.log.some((line) => line.includes('subscribed to new heads')),
    );
    for (let block = 0; block < 8; block++) {
      await world.chain.mine();
      await running.waitForBlock(await world.chain.height());
    }
    await world.second.die();
    await world.chain.mine();
    await running.waitForBlock(await world.chain.height());
  }, 25_000);

  it('say from which block they contradict each other, until they agree again', async () => {
    const running = await start();
    const twin = await world.chain.twin();
    const from = (await world.chain.height()) + 1;
    await twin.pay(twin.payer, 1n);
    await Promise.all([world.chain.mine(10), twin.mine(10)]);
    world.second.target = twin.url;
    await waitFor(
      'the contradiction reported',
      async () => (await healthOf(running)).endpoints_contradict_from === from,
    );
    world.second.target = world.chain.url;
    await waitFor(
      'the endpoints agree',
      async () => (await healthOf(running)).endpoints_contradict_from === null,
    );
    await waitFor('both told in the log', () =>
      ['contradict each other', 'agree again'].every((told) =>
        running.log.some((line) => line.includes(told)),
      ),
    );
    await twin.stop();
  });

  it('confirm and expire nothing on forks that differ for ten blocks, and do right by the one that wins', async () => {
    const running = await start();
    const twin = await world.chain.twin();
    world.second.target = twin.url;
    const [onLosing, onWinning] = await Promise.all([running.createPayment(), running.createPayment()]);
    await world.chain.pay(onLosing.address, 1000n);
    await twin.pay(onWinning.address, 1000n);
    // By the losing fork's clock, the payment made on the other is out of time.
    await world.chain.passTime(2 * 86_400);
    // As far as the other: one that is behind for long would not be asked any more.
    await Promise.all([world.chain.mine(10), twin.mine(10)]);
    await running.waitForBlock(await world.chain.height());
    await Promise.all([world.chain.mine(), twin.mine()]);
    await running.waitForBlock(await world.chain.height());
    expect(await running.payment(onLosing.id)).toMatchObject({ status: 'detected' });
    expect(await running.payment(onWinning.id)).toMatchObject({ status: 'pending' });

    await twin.mine();
    world.first.target = twin.url;
    await running.waitForStatus(onWinning.id, 'confirmed');
    await running.waitForStatus(onLosing.id, 'pending');
    await twin.pay(onLosing.address, 1000n);
    await twin.mine(3);
    await running.waitForStatus(onLosing.id, 'confirmed');
    expect(await running.eventsOf(onWinning.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.confirmed',
    ]);
    expect(await running.eventsOf(onLosing.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.reorged',
      'payment.detected',
      'payment.confirmed',
    ]);
    await twin.stop();
  });
});
