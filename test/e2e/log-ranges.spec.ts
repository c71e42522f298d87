import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { tokenId } from '../../src/chain/tokens/token-id.js';
import { type Proofs } from '../../src/config/chains.js';
import { TestApp } from '../harness/app.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import {
  failure,
  logsOfAnotherBranch,
  rangeLimit,
  type Vendor,
  withoutOneLog,
} from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const BLOCKS = 40;
const NO_BLOCK_RECEIPTS = failure(-32_601, 'the method eth_getBlockReceipts does not exist/is not available');
const VENDORS: Vendor[] = ['alchemy', 'infura', 'quicknode', 'ankr', 'erigon', 'reth', 'bsc', 'polygon'];

describe('catching up on a node without eth_getBlockReceipts', () => {
  let chain: TestChain;
  let node: FaultyRpc;
  let app: TestApp;

  // A chain of its own for each: databases of their own begin with the same addresses.
  beforeEach(async () => {
    chain = await TestChain.start();
    node = await FaultyRpc.start(chain.url);
  });
  afterEach(async () => {
    await app.stop();
    await node.die();
    await chain.stop();
  });

  /** Mines blocks with a transfer of the token in each while the app is away. @returns ids of those that were paid */
  async function missBlocks(): Promise<string[]> {
    const config = { ...chain.config, rpcUrls: [node.url] };
    const token = { token_id: tokenId(config.chainId, chain.token) };
    app = await TestApp.start({ chains: [config] });
    const payments = await Promise.all(Array.from({ length: BLOCKS / 10 }, () => app.createPayment(token)));
    await app.waitForBlock(await chain.height());
    await app.close();
    for (let block = 0; block < BLOCKS; block++) {
      const payment = block % 10 === 0 ? payments[block / 10] : undefined;
      await chain.payToken(payment?.address ?? chain.payer, 1000n);
      await chain.mine();
    }
    return payments.map(({ id }) => id);
  }

  async function catchUp(proofs: Proofs = 'full'): Promise<void> {
    app = await TestApp.start({ chains: [{ ...chain.config, proofs, rpcUrls: [node.url] }], before: app });
  }

  async function expectPaid(ids: readonly string[]): Promise<void> {
    await app.waitForBlock(await chain.height());
    for (const id of ids)
      expect(await app.waitForStatus(id, 'confirmed')).toMatchObject({ amount_received: '1000' });
  }

  it('asks for the logs of many blocks at once', async () => {
    const ids = await missBlocks();
    node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    const before = node.count('eth_getLogs');
    await catchUp();
    await expectPaid(ids);
    expect(node.count('eth_getLogs') - before).toBeLessThan(BLOCKS / 2);
  });

  it.each(VENDORS)('asks for no more than it answers, when it refuses as %s does', async (vendor) => {
    const ids = await missBlocks();
    node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    node.inject('eth_getLogs', rangeLimit(3, vendor));
    await catchUp();
    await expectPaid(ids);
    expect(app.log.filter((line) => line.includes('scan step failed'))).toEqual([]);
  });

  it('believes no range that lacks a log, and misses nothing: receipts tell of it', async () => {
    const ids = await missBlocks();
    node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    const end = node.inject('eth_getLogs', withoutOneLog(-1));
    await catchUp();
    await expectPaid(ids);
    end();
  });

  it('takes logs of another branch for no answer, also where nothing is proved', async () => {
    const ids = await missBlocks();
    node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    const end = node.inject('eth_getLogs', logsOfAnotherBranch());
    await catchUp('off');
    await waitFor('the refusal', () =>
      app.log.some((line) => line.includes('in the place of those asked for')),
    );
    for (const id of ids) expect(await app.payment(id)).toMatchObject({ amount_received: '0' });
    end();
    await expectPaid(ids);
  });
});
