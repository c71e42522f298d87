import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { tokenId } from '../../src/ids/token-id.js';
import { TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import {
  changedReceipt,
  emptyLogs,
  failure,
  type Log,
  orphanedLogs,
  result,
  withoutOneLog,
} from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const NO_BLOCK_RECEIPTS = failure(-32_601, 'the method eth_getBlockReceipts does not exist/is not available');

let chain: TestChain;
let liar: FaultyRpc;
let honest: FaultyRpc;
let app: TestApp;

beforeEach(async () => {
  chain = await TestChain.start();
  liar = await FaultyRpc.start(chain.url);
  honest = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app.stop();
  await Promise.all([liar.die(), honest.die(), chain.stop()]);
});

async function start(...endpoints: FaultyRpc[]): Promise<void> {
  app = await TestApp.start({
    chains: [{ ...chain.config, rpcUrls: endpoints.map(({ url }) => url) }],
  });
}

function createTokenPayment(): Promise<PaymentView> {
  return app.createPayment({
    token_id: tokenId(chain.config.chainId, chain.token),
    amount: '1000',
  });
}

async function reasonOfLiar(): Promise<string | null | undefined> {
  const { body } = await app.request<{
    parts: { chains: Record<string, { endpoints: { reason: string | null }[] }> };
  }>('GET', '/health/ready');
  return body.parts.chains.testchain?.endpoints[0]?.reason;
}

/** Everything but a node's right answer must leave this true. */
async function expectPaidOnce(payments: readonly PaymentView[], amount: string): Promise<void> {
  for (const { id } of payments) {
    expect(await app.waitForStatus(id, 'confirmed')).toMatchObject({
      amount_received: amount,
      exception: null,
    });
    expect(await app.eventsOf(id)).toEqual(['payment.created', 'payment.detected', 'payment.confirmed']);
  }
}

describe('a node alone', () => {
  it('that answers [] to every eth_getLogs for 50 blocks makes no payment missed: receipts tell of it', async () => {
    liar.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    await start(liar);
    const payments = await Promise.all(Array.from({ length: 5 }, createTokenPayment));
    const end = liar.inject('eth_getLogs', emptyLogs());
    for (const { address } of payments) {
      await chain.payToken(address, 1000n);
      await chain.mine(10);
    }
    await expectPaidOnce(payments, '1000');
    end();
    // Receipts overrule it within the same step of the scanner, so that nothing has to fail: the endpoint pays for it.
    const told = app.log.filter((line) => line.includes('rpc endpoint put aside'));
    expect(told.join()).toContain('do not make the bloom');
  });
});

describe('two nodes, of which the first', () => {
  const lies: [string, Partial<Record<string, Fault>>][] = [
    ['leaves out a log', { eth_getBlockReceipts: withoutOneLog(0) }],
    ['leaves out the last log', { eth_getBlockReceipts: withoutOneLog(-1) }],
    [
      'changes an amount',
      { eth_getBlockReceipts: changedReceipt(({ logs }) => ({ logs: logs.map(tenfold) }), -1) },
    ],
    [
      'calls what succeeded failed',
      { eth_getBlockReceipts: changedReceipt(() => ({ status: '0x0', logs: [] }), -1) },
    ],
    ['has receipts of no transaction', { eth_getBlockReceipts: result([]) }],
    [
      'has logs only, and leaves out one',
      { eth_getBlockReceipts: NO_BLOCK_RECEIPTS, eth_getLogs: withoutOneLog(0) },
    ],
    [
      'has logs only, and leaves out the last, which looks like the one before it',
      { eth_getBlockReceipts: NO_BLOCK_RECEIPTS, eth_getLogs: withoutOneLog(-1) },
    ],
    [
      'has logs only, and changes a receipt',
      {
        eth_getBlockReceipts: NO_BLOCK_RECEIPTS,
        eth_getTransactionReceipt: changedReceipt(({ logs }) => ({ logs: logs.map(tenfold) })),
      },
    ],
    [
      'has logs only, and calls a receipt failed',
      {
        eth_getBlockReceipts: NO_BLOCK_RECEIPTS,
        eth_getTransactionReceipt: changedReceipt(() => ({ status: '0x0', logs: [] })),
      },
    ],
  ];

  it.each(lies)('%s, is not believed, and is put aside with the reason', async (_what, faults) => {
    await start(liar, honest);
    const payments = await Promise.all(Array.from({ length: 3 }, createTokenPayment));
    for (const [method, fault] of Object.entries(faults)) liar.inject(method, fault as Fault);
    if (faults.eth_getBlockReceipts === NO_BLOCK_RECEIPTS)
      honest.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    for (const { address } of payments) {
      await chain.payToken(address, 400n);
      await chain.payToken(address, 600n);
      await chain.mine();
    }
    await waitFor('the lie caught', async () => (await reasonOfLiar())?.startsWith('unproven_answer'));
    await chain.mine(2);
    await expectPaidOnce(payments, '1000');
  });

  it('adds logs of a block that a reorg took, is not believed', async () => {
    await start(liar, honest);
    const [payment] = await Promise.all([createTokenPayment()]);
    for (const node of [liar, honest]) node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    await chain.payToken(payment.address, 1000n);
    await chain.mine();
    const orphaned = await chain.rpc<Log[]>('eth_getLogs', [{ fromBlock: 'latest' }]);
    await app.waitForStatus(payment.id, 'detected');
    liar.inject('eth_getLogs', orphanedLogs(orphaned));
    await chain.reorg(1);
    await chain.payToken(chain.payer, 1n);
    await chain.mine(4);
    await waitFor('the lie caught', async () => (await reasonOfLiar())?.startsWith('unproven_answer'));
    expect(await app.waitForStatus(payment.id, 'pending')).toMatchObject({ amount_received: '0' });
  });

  it('leaves out one log in a hundred, costs no payment', async () => {
    await start(liar, honest);
    const payments = await Promise.all(Array.from({ length: 10 }, createTokenPayment));
    let answers = 0;
    const lie = withoutOneLog(-1);
    liar.inject('eth_getBlockReceipts', {
      kind: 'answer',
      answer: (call, ask) =>
        answers++ % 5 === 0 && lie.kind === 'answer' ? lie.answer(call, ask) : ask(call),
    });
    const others = Array.from({ length: 19 }, () => chain.payer);
    const mineBatch = async (address: string) => {
      await chain.payTokenBatch([...others, address], [...others.map(() => 1n), 1000n]);
      await chain.mine();
      await app.waitForBlock(await chain.height());
    };
    for (const { address } of payments.slice(0, 5)) await mineBatch(address);
    await waitFor('the first to be asked again', () => mineBatch(chain.payer).then(() => answers > 1));
    for (const { address } of payments.slice(5)) await mineBatch(address);
    await chain.mine(2);
    await expectPaidOnce(payments, '1000');
    expect(answers).toBeGreaterThan(1);
    expect(app.log.some((line) => line.includes('rpc endpoint put aside'))).toBe(true);
  });
});

function tenfold(log: Log): Log {
  return { ...log, data: `0x${(BigInt(log.data as string) * 10n).toString(16).padStart(64, '0')}` };
}
