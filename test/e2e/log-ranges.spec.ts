import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { logsOfAnotherBranch, rangeLimit, withoutOneLog } from '../harness/faulty-rpc-faults.js';
import { MissedBlocks } from '../harness/missed-blocks.js';
import { waitFor } from '../harness/wait-for.js';

const BLOCKS = 40;

describe('catching up on a node without eth_getBlockReceipts', () => {
  let missed: MissedBlocks;
  beforeEach(async () => {
    missed = await MissedBlocks.mine(BLOCKS);
  });
  afterEach(() => missed.stop());

  async function expectPaid(): Promise<void> {
    const { app, chain, paid } = missed;
    await app.waitForBlock(await chain.height());
    for (const id of paid)
      expect(await app.waitForStatus(id, 'confirmed')).toMatchObject({ amount_received: '1000' });
  }

  it('asks for the logs of many blocks at once', async () => {
    const before = missed.node.count('eth_getLogs');
    await missed.catchUp();
    await expectPaid();
    expect(missed.node.count('eth_getLogs') - before).toBeLessThan(BLOCKS / 2);
  });

  it('asks for no more than it answers, when it refuses', async () => {
    missed.node.inject('eth_getLogs', rangeLimit(3, 'alchemy'));
    await missed.catchUp();
    await expectPaid();
    expect(missed.app.log.filter((line) => line.includes('scan step failed'))).toEqual([]);
  });

  it('believes no range that lacks a log, and misses nothing: receipts tell of it', async () => {
    const end = missed.node.inject('eth_getLogs', withoutOneLog(-1));
    await missed.catchUp();
    await expectPaid();
    end();
  });

  it('takes logs of another branch for no answer, also where nothing is proved', async () => {
    const end = missed.node.inject('eth_getLogs', logsOfAnotherBranch());
    await missed.catchUp('off');
    const { app } = missed;
    await waitFor('the refusal', () =>
      app.log.some((line) => line.includes('in the place of those asked for')),
    );
    // Receipts overrule it at once, so that no payment waits for the node to fix.
    await expectPaid();
    end();
  });
});
