import { afterEach, describe, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { TestApp } from '../harness/app.js';
import { payAndReplace, startWithShortEpochs } from '../harness/short-epochs.js';
import { type TestChain } from '../harness/test-chain.js';

let chain: TestChain;
let app: TestApp;

afterEach(async () => {
  await app.stop();
  await chain.stop();
});

async function start(overrides: Partial<ChainConfig> = {}): Promise<void> {
  chain = await startWithShortEpochs(overrides);
  app = await TestApp.start({ chains: [chain.config] });
}

describe('a reorg', () => {
  it('of 290 blocks is followed where 150 confirmations are asked for', async () => {
    await start({ confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 150 }] } });
    await app.waitForStatus(await payAndReplace(app, chain, 290), 'failed');
  });
});
