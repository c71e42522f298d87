import { afterEach, describe, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';

/** With epochs of one block, the node calls the last block but one safe, and that before it finalized. */
const SHORT_EPOCHS = ['--slots-in-an-epoch', '1'];

let chain: TestChain;
let app: TestApp;

afterEach(async () => {
  await app.stop();
  await chain.stop();
});

async function start(overrides: Partial<ChainConfig> = {}): Promise<void> {
  chain = await TestChain.start(overrides, SHORT_EPOCHS);
  app = await TestApp.start({ chains: [chain.config] });
}

/** Has a payment paid, and so many blocks mined on it, all of which another, longer branch replaces. */
async function payAndReplace(blocks: number): Promise<string> {
  const payment = await app.createPayment();
  const before = await chain.rpc<string>('evm_snapshot');
  await chain.pay(payment.address, 1000n);
  await chain.mine(blocks);
  await app.waitForBlock(await chain.height());
  await app.waitForStatus(payment.id, 'confirmed');
  await chain.rpc('evm_revert', [before]);
  await chain.passTime(7);
  await chain.mine(blocks + 1);
  return payment.id;
}

describe('a reorg', () => {
  it('of 290 blocks is followed where 150 confirmations are asked for', async () => {
    await start({ confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 150 }] } });
    await app.waitForStatus(await payAndReplace(290), 'failed');
  });
});
