import { afterEach, describe, expect, it } from '@jest/globals';
import { changedReceipt, failure, result, withoutFields } from '../harness/faulty-rpc-faults.js';
import { SweepWorld, TREASURY } from '../harness/sweep-world.js';

const ETHER = 10n ** 18n;
const BLOCKS = ['eth_getBlockByNumber', 'eth_getBlockByHash'];
const RECEIPTS = ['eth_getBlockReceipts', 'eth_getTransactionReceipt'];
let world: SweepWorld;
afterEach(() => world?.stop());

describe('what a node need not tell about gas', () => {
  it.each<[string, (world: SweepWorld) => void]>([
    [
      'a tip',
      ({ node }) => node.inject('eth_maxPriorityFeePerGas', failure(-32_601, 'the method does not exist')),
    ],
    [
      'a price that was paid, nor a tip or a history of fees',
      ({ node }) => {
        node.inject(
          ['eth_maxPriorityFeePerGas', 'eth_feeHistory'],
          failure(-32_601, 'the method does not exist'),
        );
        node.hasHabit(RECEIPTS, withoutFields('effectiveGasPrice'));
      },
    ],
    [
      'anything but null and nothing, where it is asked for what gas costs',
      ({ node }) => {
        node.inject('eth_maxPriorityFeePerGas', result(null));
        node.inject('eth_feeHistory', result({ oldestBlock: '0x1', reward: [] }));
        node.hasHabit(
          RECEIPTS,
          changedReceipt(() => ({ effectiveGasPrice: null })),
          () => undefined,
        );
      },
    ],
    [
      'a base fee',
      ({ node }) => {
        node.hasHabit(BLOCKS, withoutFields('baseFeePerGas'));
        node.inject('eth_maxPriorityFeePerGas', failure(-32_601, 'the method does not exist'));
      },
    ],
  ])('stops no sweep: %s', async (_what, spoil) => {
    world = await SweepWorld.start();
    spoil(world);
    const native = await world.paid(ETHER);
    const token = await world.paidToken(7_000_000n);
    await world.plan();
    for (const { id } of [native, token]) await world.settled(id);
    expect(await world.token(TREASURY)).toBe(7_000_000n);
    expect(await world.native(TREASURY)).toBeGreaterThan((ETHER * 9n) / 10n);
  });
});
