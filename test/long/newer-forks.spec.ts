import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenId } from '../../src/chain/tokens/token-id.js';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';

let chain: TestChain;
let node: FaultyRpc;
let other: FaultyRpc;
let app: TestApp;

beforeEach(async () => {
  chain = await TestChain.start();
  node = await FaultyRpc.start(chain.url);
  other = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app.stop();
  await Promise.all([node.die(), other.die(), chain.stop()]);
});

async function start(...endpoints: FaultyRpc[]): Promise<void> {
  app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: endpoints.map(({ url }) => url) }] });
}

/** Two payments, one in each asset, are paid and confirmed. */
async function expectPaid(): Promise<void> {
  const native = await app.createPayment({ amount: '7' });
  const token = await app.createPayment({
    token_id: tokenId(chain.config.chainId, chain.token),
    amount: '1000',
  });
  await chain.pay(native.address, 7n);
  await chain.payToken(token.address, 1000n);
  await chain.mine(6);
  for (const { id } of [native, token]) {
    await app.waitForStatus(id, 'confirmed');
    expect(await app.eventsOf(id)).toEqual(['payment.created', 'payment.detected', 'payment.confirmed']);
  }
}

describe('a block that one method cannot give', () => {
  const refused = failure(-32_602, 'invalid argument 0: hex string has length 64, want 40');
  const serverError = failure(-32_000, 'cannot be served by this node');
  const cases: [string, Record<string, Fault>][] = [
    ['receipts of the block, by its parameters', { eth_getBlockReceipts: refused }],
    ['receipts of the block, in words that tell nothing', { eth_getBlockReceipts: serverError }],
    ['receipts and logs of the block', { eth_getBlockReceipts: refused, eth_getLogs: serverError }],
    [
      'receipts by a method that it lacks, and logs',
      { eth_getBlockReceipts: failure(-32_601, 'no'), eth_getLogs: refused },
    ],
    [
      'one receipt of the list',
      {
        eth_getBlockReceipts: {
          kind: 'answer',
          answer: async (call, ask) => {
            const answer = await ask(call);
            return 'result' in answer && answer.result !== null
              ? { result: (answer.result as unknown[]).slice(0, -1) }
              : answer;
          },
        },
      },
    ],
  ];

  it.each(cases)('by neither of two endpoints is read in another way: %s', async (_what, faults) => {
    for (const [method, fault] of Object.entries(faults)) {
      node.inject(method, fault);
      other.inject(method, fault);
    }
    await start(node, other);
    await expectPaid();
  });
});
