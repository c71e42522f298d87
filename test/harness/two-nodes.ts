import { expect } from '@jest/globals';
import { tokenId } from '../../src/ids/token-id.js';
import { type ChainConfig } from '../../src/config/chains.js';
import { TestApp } from './app.js';
import { FaultyRpc } from './faulty-rpc.js';
import { TestChain } from './test-chain.js';

/** A chain with two nodes that can be made to fail, and an app that asks one of them, or both. */
export class TwoNodes {
  private running: TestApp | null = null;

  private constructor(
    readonly chain: TestChain,
    readonly first: FaultyRpc,
    readonly second: FaultyRpc,
  ) {}

  static async start(): Promise<TwoNodes> {
    const chain = await TestChain.start();
    return new TwoNodes(chain, await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url));
  }

  get app(): TestApp {
    if (!this.running) throw new Error('start the app first');
    return this.running;
  }

  /** @param rpcUrls of nodes, in the order in which they are asked */
  startApp(...rpcUrls: string[]): Promise<TestApp> {
    return this.startWith({ rpcUrls });
  }

  /** @param config of the chain, where it differs */
  async startWith(config: Partial<ChainConfig>): Promise<TestApp> {
    this.running = await TestApp.start({ chains: [{ ...this.chain.config, ...config }] });
    return this.running;
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    await Promise.all([this.first.die(), this.second.die(), this.chain.stop()]);
  }

  /** Two payments, one in each asset, are paid and confirmed. */
  async expectPaid(): Promise<void> {
    const { app, chain } = this;
    const native = await app.createPayment({ amount: '7' });
    const token = await app.createPayment({
      token_id: tokenId(chain.config.chainId, chain.token),
      amount: '1000',
    });
    await chain.pay(native.address, 7n);
    await chain.payToken(token.address, 1000n);
    await chain.mine(6);
    for (const { id } of [native, token]) {
      await app.waitForStatus(id, 'confirmed');
      expect(await app.eventsOf(id)).toEqual(['payment.created', 'payment.detected', 'payment.confirmed']);
    }
  }
}
