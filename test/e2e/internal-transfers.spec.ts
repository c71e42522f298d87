import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { RescanService } from '../../src/scanner/rescan.service.js';
import { compile } from '../contracts/compile.js';
import { TestApp } from '../harness/app.js';
import { type Answer, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, result } from '../harness/faulty-rpc-faults.js';
import { PayerContract } from '../harness/payer-contract.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const MULTICALL3 = '0xcA11bde05977b3631167028862bE2a173976CA11';
const TRACES = [
  'debug_traceBlockByHash',
  'debug_traceTransaction',
  'trace_block',
  'trace_transaction',
] as const;
const GETH_TRACES = TRACES.filter((method) => method.startsWith('debug_'));
const NO_SUCH_METHOD = failure(-32_601, 'the method does not exist/is not available');
const ALL_EVENTS = ['payment.created', 'payment.detected', 'payment.confirmed'];

let chain: TestChain;
let node: FaultyRpc;
let honest: FaultyRpc;
let payer: PayerContract;
let app: TestApp;

async function begin(): Promise<void> {
  chain = await TestChain.start();
  payer = await PayerContract.deploy(chain);
  node = await FaultyRpc.start(chain.url);
  honest = await FaultyRpc.start(chain.url);
}
async function end(): Promise<void> {
  await app.stop();
  await Promise.all([node.die(), honest.die(), chain.stop()]);
}

async function start(
  internalTransfers: ChainConfig['internalTransfers'],
  overrides: Partial<ChainConfig> = {},
): Promise<void> {
  app = await TestApp.start({
    chains: [{ ...chain.config, rpcUrls: [node.url], internalTransfers, ...overrides }],
  });
}

/** As deep as the payment needs, and scanned. */
async function mineToEnd(): Promise<void> {
  await chain.mine(4);
  await app.waitForBlock(await chain.height());
}

const created = (amount: bigint) => app.createPayment({ amount: amount.toString() });

async function deposits(): Promise<DepositView[]> {
  return (await app.request<{ data: DepositView[] }>('GET', '/api/v1/deposits')).body.data;
}

async function rescanAll(): Promise<unknown> {
  const range = { chain: 'testchain', from: 0, to: await chain.height() };
  return app.get(RescanService).rescan(range, () => undefined);
}

const modes: [string, 'trace' | 'balance', readonly string[], { isNamed: boolean }][] = [
  ['trace, by debug_traceBlockByHash', 'trace', [], { isNamed: true }],
  ['trace, by trace_block', 'trace', GETH_TRACES, { isNamed: true }],
  ['balance, on a node that can trace as well', 'balance', [], { isNamed: true }],
  ['balance, on a node that cannot trace', 'balance', TRACES, { isNamed: false }],
];

describe.each(modes)('%s', (_name, mode, missing, { isNamed }) => {
  beforeAll(async () => {
    await begin();
    node.inject(missing, NO_SUCH_METHOD);
    await start(mode);
  });
  afterAll(end);

  it('counts once what a contract pays inside of a transaction', async () => {
    const payment = await created(1000n);
    const hash = await payer.call('pay', payment.address, 1000n);
    await mineToEnd();
    const paid = await app.waitForStatus(payment.id, 'confirmed');
    expect(paid).toMatchObject({ amount_received: '1000', amount_confirmed: '1000', exception: null });
    const where = { chain: 'testchain', chain_id: 31_337, token_id: null, value: null };
    expect(paid.transfers).toEqual([
      { tx_hash: isNamed ? hash : null, amount: '1000', block_number: 4, kind: 'internal', ...where },
    ]);
    expect(await app.eventsOf(payment.id)).toEqual(ALL_EVENTS);
    expect(await rescanAll()).toMatchObject({ found: 1, added: 0, unsearched: [], unexplained: [] });
    expect(await app.payment(payment.id)).toEqual(paid);
  });

  it('adds up several in one transaction, several transactions in one block, and a plain one beside them', async () => {
    const payment = await created(100n);
    await payer.call('payTwice', payment.address, 10n, 20n);
    await chain.pay(payment.address, 30n);
    await payer.call('payAndUndo', payment.address, 500n);
    await payer.call('pay', payment.address, 40n);
    await mineToEnd();
    const paid = await app.waitForStatus(payment.id, 'confirmed');
    expect(paid).toMatchObject({ amount_received: '100', exception: null });
    const amounts = paid.transfers.map(({ kind, amount }) => `${kind} ${amount}`).sort();
    expect(amounts).toEqual(
      isNamed ? ['internal 10', 'internal 20', 'internal 40', 'native 30'] : ['internal 70', 'native 30'],
    );
    expect(await rescanAll()).toMatchObject({ added: 0, unexplained: [] });
    expect(await app.payment(payment.id)).toEqual(paid);
  });

  it('counts what a contract leaves to the address when it ends', async () => {
    const payment = await created(7n);
    const ending = await PayerContract.deploy(chain);
    await ending.call('end', payment.address, 7n);
    await mineToEnd();
    expect(await app.waitForStatus(payment.id, 'confirmed')).toMatchObject({ amount_received: '7' });
  });

  it('is moved by a reorg, and counted once all the same', async () => {
    const payment = await created(1000n);
    await payer.call('pay', payment.address, 1000n);
    await chain.mine();
    await app.waitForStatus(payment.id, 'detected');
    await chain.reorg(1, []);
    await chain.mine();
    await app.waitForStatus(payment.id, 'pending');
    await chain.reorg(1, [[payer.transaction('pay', payment.address, 1000n), 0]]);
    await chain.mine(4);
    const paid = await app.waitForStatus(payment.id, 'confirmed');
    expect(paid).toMatchObject({ amount_received: '1000', exception: null });
    expect(paid.transfers).toHaveLength(1);
  });
});

describe('balance', () => {
  beforeAll(async () => {
    await begin();
    await start('balance');
  });
  beforeEach(async () => {
    node.heal();
    await app.becomeNewMerchant();
  });
  afterAll(end);

  it('a transaction that is found later takes the place of what the balance told, and is not counted again', async () => {
    node.inject(TRACES, NO_SUCH_METHOD);
    const payment = await created(30n);
    const hash = await payer.call('payTwice', payment.address, 10n, 20n);
    await mineToEnd();
    const before = await app.waitForStatus(payment.id, 'confirmed');
    expect(before.transfers.map(({ tx_hash }) => tx_hash)).toEqual([null]);
    node.heal();
    const path = `/api/v1/payments/${payment.id}/check`;
    const { body } = await app.request('POST', path, { tx_hash: hash });
    expect(body).toMatchObject({ code: 'counted', transfers: [{ amount: '10' }, { amount: '20' }] });
    const after = await app.payment(payment.id);
    expect(after).toMatchObject({ status: 'confirmed', amount_received: '30' });
    expect(after.transfers.map(({ tx_hash, amount }) => [tx_hash, amount])).toEqual([
      [hash, '10'],
      [hash, '20'],
    ]);
    node.inject(TRACES, NO_SUCH_METHOD);
    expect(await rescanAll()).toMatchObject({ added: 0, unexplained: [] });
    expect(await app.payment(payment.id)).toEqual(after);
    expect(await app.eventsOf(payment.id)).toEqual(ALL_EVENTS);
  });

  it('is not called failed when a reorg deeper than its confirmations mines it again', async () => {
    const payment = await created(1000n);
    await payer.call('pay', payment.address, 1000n);
    await mineToEnd();
    await app.waitForStatus(payment.id, 'confirmed');
    await chain.reorg(4, [[payer.transaction('pay', payment.address, 1000n), 1]]);
    await chain.mine(2);
    await app.waitForBlock(await chain.height());
    const { status, transfers } = await app.payment(payment.id);
    expect([status, transfers.length]).toEqual(['confirmed', 1]);
    expect(await app.eventsOf(payment.id)).toEqual(ALL_EVENTS);
  });

  // From here on time passes.
  it('finds what comes late, and what comes after the payment was confirmed', async () => {
    const [late, over] = [await created(10n), await created(10n)];
    await payer.call('pay', over.address, 10n);
    await mineToEnd();
    await app.waitForStatus(over.id, 'confirmed');
    await chain.passTime(3_600);
    await chain.mine();
    await app.waitForStatus(late.id, 'expired');
    await payer.call('pay', over.address, 3n);
    await payer.call('pay', late.address, 10n);
    await mineToEnd();
    expect(await app.waitForStatus(late.id, 'confirmed')).toMatchObject({ exception: 'late' });
    expect(await app.payment(over.id)).toMatchObject({ amount_received: '13', exception: 'overpaid' });
  });

  it('finds what came after the watch had ended, when the transaction is asked about', async () => {
    const payment = await created(10n);
    await chain.passTime(40 * 86_400);
    await chain.mine();
    await app.waitForStatus(payment.id, 'expired');
    const hash = await payer.call('pay', payment.address, 10n);
    await mineToEnd();
    const path = `/api/v1/payments/${payment.id}/check`;
    const { body } = await app.request('POST', path, { tx_hash: hash });
    expect(body).toMatchObject({ code: 'after_watch', applied: true });
    expect(await deposits()).toMatchObject([{ kind: 'internal', tx_hash: hash, reason: 'after_watch' }]);
  });
});

describe('balance, in a world of its own,', () => {
  beforeEach(begin);
  afterEach(end);

  it('asks for many balances by one call where the chain has Multicall3', async () => {
    const { deployed } = compile(join(import.meta.dirname, '../contracts/Multicall.sol'));
    await chain.rpc('anvil_setCode', [MULTICALL3, deployed]);
    await chain.mine();
    await start('balance');
    const payments = await Promise.all(Array.from({ length: 5 }, () => created(5n)));
    await mineToEnd();
    node.resetCounts();
    await payer.call('pay', (payments[3] as PaymentView).address, 5n);
    await chain.mine();
    await app.waitForStatus((payments[3] as PaymentView).id, 'detected');
    // One before the block for those that are new since, at most; the rest is known.
    expect(node.count('eth_call')).toBeLessThanOrEqual(2);
    // Before and after the block, of the one that was paid.
    expect(node.count('eth_getBalance')).toBeLessThanOrEqual(2);
  });

  it('asks for nothing while there is no payment', async () => {
    await start('balance');
    await app.waitForBlock(await chain.height());
    node.resetCounts();
    await chain.pay(chain.payer, 1n);
    await chain.mine();
    await app.waitForBlock(await chain.height());
    expect(node.count('eth_getBalance') + node.count('eth_call')).toBe(0);
  });

  it.each(['answers', 'is gone'])(
    'what an endpoint conceals is found all the same, when the other %s',
    async (other) => {
      await start('balance', { rpcUrls: [node.url, honest.url] });
      const payment = await created(1000n);
      await mineToEnd();
      node.inject('eth_getBalance', result('0x0'));
      if (other === 'is gone') await honest.die();
      await payer.call('pay', payment.address, 1000n);
      await chain.mine();
      await app.waitForStatus(payment.id, 'detected');
      expect(await app.payment(payment.id)).toMatchObject({ amount_received: '1000' });
    },
  );

  it('a balance that the node makes up is not believed', async () => {
    await start('balance', { rpcUrls: [node.url, honest.url] });
    const payment = await created(1000n);
    node.inject('eth_getBalance', result('0x3e8'));
    await chain.pay(payment.address, 1n);
    await mineToEnd();
    expect(await app.payment(payment.id)).toMatchObject({ status: 'partially_paid', amount_received: '1' });
  });
});

describe('trace', () => {
  beforeEach(begin);
  afterEach(end);

  it('a transfer that the traces make up is not believed, and the endpoint is put aside', async () => {
    await start('trace', { rpcUrls: [node.url, honest.url] });
    const payment = await created(1000n);
    node.inject('debug_traceBlockByHash', {
      kind: 'answer',
      answer: async (call, ask) =>
        JSON.parse(JSON.stringify(await ask(call)).replaceAll('"0x64"', '"0x3e8"')) as Answer,
    });
    await payer.call('pay', payment.address, 100n);
    await mineToEnd();
    expect(await app.payment(payment.id)).toMatchObject({ status: 'partially_paid', amount_received: '100' });
    await waitFor('the liar put aside', () => app.log.some((line) => line.includes('put aside')));
  });

  it('refuses the chain where no endpoint can trace', async () => {
    node.inject(TRACES, NO_SUCH_METHOD);
    await start('trace');
    await waitFor('the refusal', () =>
      app.log.some((line) => line.includes('refused') && line.includes('set it to balance')),
    );
  });

  it('goes on past blocks whose state no endpoint has any more, and says so', async () => {
    await start('trace');
    const payment = await created(1000n);
    await app.waitForBlock(await chain.height());
    const gone = failure(-32_000, 'required historical state unavailable (reexec=128)');
    node.inject('eth_getBlockByNumber', failure(-32_000, 'down'));
    await payer.call('pay', payment.address, 1000n);
    await chain.mine(100);
    node.heal();
    node.inject(TRACES, gone);
    await app.waitForBlock(await chain.height());
    await waitFor('it to be said', () => app.log.some((line) => line.includes('no endpoint has the state')));
    expect(await app.payment(payment.id)).toMatchObject({ status: 'pending' });
    node.heal();
    expect(await rescanAll()).toMatchObject({ added: 1 });
    expect(await app.payment(payment.id)).toMatchObject({ amount_received: '1000' });
  });
});
