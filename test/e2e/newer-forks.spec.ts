import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenId } from '../../src/chain/tokens/token-id.js';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { changedBlock, changedReceipt, failure } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';

const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];

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

async function newerFork(): Promise<string | null | undefined> {
  const { body } = await app.request<{ parts: { chains: Record<string, { newer_fork: string | null }> } }>(
    'GET',
    '/health',
  );
  return body.parts.chains.testchain?.newer_fork;
}

/** As a header whose hash takes in a field that we do not know: it does not come out of those that we do. */
const newHeader: Fault = changedBlock(({ mixHash }) => ({
  mixHash: `${(mixHash as string).slice(0, -1)}${(mixHash as string).endsWith('7') ? '8' : '7'}`,
  unheardOf: '0x5',
}));

describe('a fork that this version does not know', () => {
  it('adds a field to headers: payments go on by receipts and links, and health, log and metric say so', async () => {
    await start(node);
    await expectPaid();
    expect(await newerFork()).toBeNull();
    node.inject(BLOCKS, newHeader);
    await expectPaid();
    expect(await newerFork()).toBe('header of a newer fork: unheardOf');
    expect(app.log.join('')).toContain('does not know all of the chain');
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/quittance_chain_newer_fork\{chain="testchain"\} 1/);
  });

  it('adds a type of transactions, and fields to receipts', async () => {
    node.inject(
      'eth_getBlockByNumber',
      changedBlock(({ transactions }) => ({
        transactions: (transactions as Record<string, unknown>[]).map((one) =>
          typeof one === 'object' ? { ...one, type: '0x44' } : one,
        ),
      })),
    );
    node.inject(
      'eth_getBlockReceipts',
      changedReceipt(() => ({ unheardOf: '0x5' })),
    );
    await start(node);
    await expectPaid();
    expect(await newerFork()).toMatch(/transactions of a newer fork: type 0x44/);
  });

  it('is not believed of one endpoint while another one tells it as it is known', async () => {
    node.inject(BLOCKS, newHeader);
    await start(node, other);
    await expectPaid();
    expect(await newerFork()).toBeNull();
  });
});

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
  it.each(cases)('is read in another way: %s', async (_what, faults) => {
    for (const [method, fault] of Object.entries(faults)) node.inject(method, fault);
    await start(node);
    await expectPaid();
  });
});
