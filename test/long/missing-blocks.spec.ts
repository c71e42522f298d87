import { afterEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let node: FaultyRpc;
let app: TestApp;
afterEach(async () => {
  await app.stop();
  await node.die();
  await chain.stop();
});

/** As a database that lost a block, or a replica that never gets it. */
const withoutBlock = (number: number): Fault => ({
  kind: 'answer',
  answer: (call, ask) => (Number(call.params[0]) === number ? Promise.resolve({ result: null }) : ask(call)),
});

/** A step has a dozen calls or two, and goes on at the pace of the chain, which has a block each half a second. */
const MOST_CALLS_A_SECOND = 40;

describe('a block that the only node does not give', () => {
  it.each(['following', 'a reorg'])(
    'is asked for without haste, is told of, and taken once it is there: %s',
    async (what) => {
      chain = await TestChain.start({ blockTimeMs: 500 });
      node = await FaultyRpc.start(chain.url);
      app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: [node.url] }] });
      const payment = await app.createPayment();
      await chain.mine(10);
      await app.waitForBlock(await chain.height());
      const height = await chain.height();
      const isReorg = what === 'a reorg';
      node.inject('eth_getBlockByNumber', withoutBlock(isReorg ? height - 2 : height + 1));
      const before = node.count();
      const since = performance.now();
      if (isReorg) await chain.reorg(5);
      await chain.pay(payment.address, 1000n);
      await chain.mine(5);
      const isTold = () => app.log.some((line) => line.includes('no endpoint gives all blocks'));
      await waitFor('the missing block to be told of', () => Promise.resolve(isTold()));
      const seconds = (performance.now() - since) / 1_000;
      expect(seconds).toBeGreaterThan(9);
      expect((node.count() - before) / seconds).toBeLessThan(MOST_CALLS_A_SECOND);
      expect(await app.payment(payment.id)).toMatchObject({ amount_received: '0' });
      node.heal();
      await app.waitForBlock(await chain.height());
      await waitFor('the money', async () => (await app.payment(payment.id)).amount_received === '1000');
    },
  );
});
