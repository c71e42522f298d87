import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  changedReceipt,
  emptyLogs,
  type Log,
  orphanedLogs,
  withoutOneLog,
} from '../harness/faulty-rpc-faults.js';
import { type Lie, LyingWorld, NO_BLOCK_RECEIPTS, tenfold } from '../harness/lying-world.js';
import { waitFor } from '../harness/wait-for.js';

let world: LyingWorld;
beforeEach(async () => {
  world = await LyingWorld.begin();
});
afterEach(() => world?.end());

describe('a node alone', () => {
  it('that answers [] to every eth_getLogs for 50 blocks makes no payment missed: receipts tell of it', async () => {
    world.liar.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    await world.start(world.liar);
    const payments = await Promise.all(Array.from({ length: 5 }, () => world.createTokenPayment()));
    const end = world.liar.inject('eth_getLogs', emptyLogs());
    for (const { address } of payments) {
      await world.chain.payToken(address, 1000n);
      await world.chain.mine(10);
    }
    await world.expectPaidOnce(payments, '1000');
    end();
    // Receipts overrule it within the same step of the scanner, so that nothing has to fail: the endpoint pays for it.
    const told = world.app.log.filter((line) => line.includes('rpc endpoint put aside'));
    expect(told.join()).toContain('do not make the bloom');
  });
});

describe('two nodes, of which the first', () => {
  const lies: [string, Lie][] = [
    ['leaves out a log', { eth_getBlockReceipts: withoutOneLog(0) }],
    [
      'calls what succeeded failed',
      { eth_getBlockReceipts: changedReceipt(() => ({ status: '0x0', logs: [] }), -1) },
    ],
    [
      'has logs only, and changes a receipt',
      {
        eth_getBlockReceipts: NO_BLOCK_RECEIPTS,
        eth_getTransactionReceipt: changedReceipt(({ logs }) => ({ logs: logs.map(tenfold) })),
      },
    ],
  ];

  it.each(lies)('%s, is not believed, and is put aside with the reason', (_what, lie) =>
    world.isNotBelieved(lie),
  );

  it('adds logs of a block that a reorg took, is not believed', async () => {
    await world.start(world.liar, world.honest);
    const [payment] = await Promise.all([world.createTokenPayment()]);
    for (const node of [world.liar, world.honest]) node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    await world.chain.payToken(payment.address, 1000n);
    await world.chain.mine();
    const orphaned = await world.chain.rpc<Log[]>('eth_getLogs', [{ fromBlock: 'latest' }]);
    await world.app.waitForStatus(payment.id, 'detected');
    world.liar.inject('eth_getLogs', orphanedLogs(orphaned));
    await world.chain.reorg(1);
    await world.chain.payToken(world.chain.payer, 1n);
    await world.chain.mine(4);
    await world.lieIsCaught();
    expect(await world.app.waitForStatus(payment.id, 'pending')).toMatchObject({ amount_received: '0' });
  });

  it('leaves out one log in a hundred, costs no payment', async () => {
    await world.start(world.liar, world.honest);
    const payments = await Promise.all(Array.from({ length: 10 }, () => world.createTokenPayment()));
    let answers = 0;
    const lie = withoutOneLog(-1);
    world.liar.inject('eth_getBlockReceipts', {
      kind: 'answer',
      answer: (call, ask) =>
        answers++ % 5 === 0 && lie.kind === 'answer' ? lie.answer(call, ask) : ask(call),
    });
    const others = Array.from({ length: 19 }, () => world.chain.payer);
    const mineBatch = async (address: string) => {
      await world.chain.payTokenBatch([...others, address], [...others.map(() => 1n), 1000n]);
      await world.chain.mine();
      await world.app.waitForBlock(await world.chain.height());
    };
    for (const { address } of payments.slice(0, 5)) await mineBatch(address);
    await waitFor('the first to be asked again', () => mineBatch(world.chain.payer).then(() => answers > 1));
    for (const { address } of payments.slice(5)) await mineBatch(address);
    await world.chain.mine(2);
    await world.expectPaidOnce(payments, '1000');
    expect(answers).toBeGreaterThan(1);
    expect(world.app.log.some((line) => line.includes('rpc endpoint put aside'))).toBe(true);
  });
});
