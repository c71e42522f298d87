import { afterEach, beforeEach, describe, it } from '@jest/globals';
import { changedReceipt, result, withoutOneLog } from '../harness/faulty-rpc-faults.js';
import { type Lie, LyingWorld, NO_BLOCK_RECEIPTS, tenfold } from '../harness/lying-world.js';

let world: LyingWorld;
beforeEach(async () => {
  world = await LyingWorld.begin();
});
afterEach(() => world?.end());

describe('two nodes, of which the first', () => {
  const lies: [string, Lie][] = [
    ['leaves out the last log', { eth_getBlockReceipts: withoutOneLog(-1) }],
    [
      'changes an amount',
      { eth_getBlockReceipts: changedReceipt(({ logs }) => ({ logs: logs.map(tenfold) }), -1) },
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
      'has logs only, and calls a receipt failed',
      {
        eth_getBlockReceipts: NO_BLOCK_RECEIPTS,
        eth_getTransactionReceipt: changedReceipt(() => ({ status: '0x0', logs: [] })),
      },
    ],
  ];

  it.each(lies)('%s, is not believed, and is put aside with the reason', (_what, lie) =>
    world.isNotBelieved(lie),
  );
});
