import { afterEach, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type Fault } from '../harness/faulty-rpc.js';
import { startWithShortEpochs } from '../harness/short-epochs.js';
import { SweepWorld } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
/** More than are remembered where nothing but the number of blocks decides. */
const DEEP = 300;
let world: SweepWorld;
afterEach(() => world?.stop());

/** As a chain that calls nothing after this block final. */
function finalUpTo(block: number): Fault {
  return {
    kind: 'answer',
    answer: (call, ask) =>
      ask(
        call.params[0] === 'finalized'
          ? { ...call, params: [toQuantity(block), ...call.params.slice(1)] }
          : call,
      ),
  };
}

it('takes a refund for sent that a reorg, from far below where it was signed, had mined there', async () => {
  const chain = await startWithShortEpochs();
  // Until gas costs the same in each block: what is signed late is to be mined early.
  await chain.mine(100);
  const confirmations = { kind: 'finality', tag: 'finalized' } as const;
  world = await SweepWorld.on(chain, { sweepBumpAfterMs: 60_000 }, { confirmations });
  const payment = await world.paid(ETHER);
  const ancestor = await chain.height();
  const moveOn = world.node.inject('eth_getBlockByNumber', finalUpTo(ancestor));
  await chain.mine(DEEP);
  await world.app.waitForBlock(await chain.height());
  const to = Wallet.createRandom().address;
  const path = `/api/v1/payments/${payment.id}/refunds`;
  await world.app.request('POST', path, { to, amount: (ETHER / 2n).toString() });
  const { id, tx_hash: hash } = await world.mineUntil('a refund that is mined', async () =>
    (await world.outgoing(`purpose = 'refund' AND state = 'mined'`)).at(0),
  );
  const [raw] = (await world.bytesOf(id)) as [string];

  const before = await chain.height();
  await chain.reorg((await chain.height()) - ancestor, [[raw, 4]]);
  const mined = await chain.rpc<{ blockNumber: string }>('eth_getTransactionReceipt', [hash]);
  expect(Number(mined.blockNumber)).toBeLessThanOrEqual(ancestor + 5);
  expect(await world.native(to)).toBe(ETHER / 2n);
  await world.mineUntil('a look at the reorg', async () => {
    const [row] = await world.app.database.dataSource.query<
      { block_number: string; reorged_to: string | null }[]
    >('SELECT block_number, reorged_to FROM chain_cursors');
    return Number(row?.block_number) > before && row?.reorged_to === null;
  });
  moveOn();
  const ended = await world.mineUntil('a refund that came to its end', async () => {
    const { body } = await world.app.request<{ data: RefundView[] }>('GET', path);
    return body.data.find(({ state }) => state === 'confirmed' || state === 'failed');
  });
  expect(ended).toMatchObject({ state: 'confirmed', tx_hash: hash, failure: null });
  expect(await world.outgoing(`purpose = 'refund'`)).toMatchObject([
    { id, state: 'confirmed', reason: null },
  ]);
  expect(await world.native(to)).toBe(ETHER / 2n);
});
