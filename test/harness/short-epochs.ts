import { type ChainConfig } from '../../src/config/chains.js';
import { type TestApp } from './app.js';
import { TestChain } from './test-chain.js';

/** With epochs of one block, the node calls the last block but one safe, and that before it finalized. */
export function startWithShortEpochs(overrides: Partial<ChainConfig> = {}): Promise<TestChain> {
  return TestChain.start(overrides, ['--slots-in-an-epoch', '1']);
}

/**
 * Has a payment paid, and so many blocks mined on it, all of which another, longer branch replaces.
 * @returns its id
 */
export async function payAndReplace(app: TestApp, chain: TestChain, blocks: number): Promise<string> {
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
