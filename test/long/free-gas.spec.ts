import { afterEach, expect, it } from '@jest/globals';
import { Transaction, Wallet } from 'ethers';
import { result } from '../harness/faulty-rpc-faults.js';
import { PAYOUT, type SweepWorld } from '../harness/sweep-world.js';
import { askRefund, refundEnds, signedBy, startRefunding, twoSwept } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const METHODS = ['eth_maxPriorityFeePerGas', 'eth_gasPrice'];
let world: SweepWorld;
afterEach(() => world?.stop());

it('a price of nothing that a node told once keeps no nonce for good', async () => {
  world = await startRefunding({ sweepBumpAfterMs: 400 });
  const [bad, good] = await twoSwept(world, ETHER);
  await world.chain.setBaseFee(0n);
  await world.chain.mine(4);
  world.node.inject(METHODS, result('0x0'));
  world.node.inject('eth_feeHistory', result({ reward: [['0x0']], baseFeePerGas: ['0x0', '0x0'] }));
  const ofPayout = signedBy(PAYOUT.address);
  world.refuseBroadcasts(
    (raw) => ofPayout(raw) && (Transaction.from(raw).maxFeePerGas ?? 0n) < GWEI,
    'transaction underpriced: gas tip cap 0, minimum needed 1000000000',
  );
  await askRefund(world, bad, Wallet.createRandom().address, ETHER / 2n);
  const first = await world.mineUntil('it to be signed', async () => {
    const [row] = await world.outgoing(`purpose = 'refund'`);
    return row;
  });
  const [raw] = await world.app.database.dataSource.query<{ max_fee_per_gas: string }[]>(
    'SELECT max_fee_per_gas FROM outgoing_attempts WHERE outgoing_id = $1 ORDER BY ordinal',
    [first.id],
  );
  expect(raw?.max_fee_per_gas).toBe('0');
  world.node.inject(METHODS, result(`0x${GWEI.toString(16)}`));
  const to = Wallet.createRandom().address;
  await askRefund(world, good, to, ETHER);
  expect((await refundEnds(world, bad)).state).toBe('confirmed');
  expect((await refundEnds(world, good)).state).toBe('confirmed');
  expect(await world.native(to)).toBe(ETHER);
});
