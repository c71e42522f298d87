import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { rangeLimit, type Vendor } from '../harness/faulty-rpc-faults.js';
import { MissedBlocks } from '../harness/missed-blocks.js';

const BLOCKS = 40;
const VENDORS: Vendor[] = ['infura', 'quicknode', 'ankr', 'erigon', 'reth', 'bsc', 'polygon'];

let missed: MissedBlocks;
beforeEach(async () => {
  missed = await MissedBlocks.mine(BLOCKS);
});
afterEach(() => missed.stop());

it.each(VENDORS)(
  'asks for no more logs than the node answers, when it refuses as %s does',
  async (vendor) => {
    const { node, chain, paid } = missed;
    node.inject('eth_getLogs', rangeLimit(3, vendor));
    await missed.catchUp();
    const { app } = missed;
    await app.waitForBlock(await chain.height());
    for (const id of paid)
      expect(await app.waitForStatus(id, 'confirmed')).toMatchObject({ amount_received: '1000' });
    expect(app.log.filter((line) => line.includes('scan step failed'))).toEqual([]);
  },
);
