import { expect } from '@jest/globals';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type TestApp } from './app.js';
import { type Fault, type FaultyRpc } from './faulty-rpc.js';
import { failure, type Log } from './faulty-rpc-faults.js';
import { type TestChain } from './test-chain.js';
import { TwoNodes } from './two-nodes.js';
import { waitFor } from './wait-for.js';

export const NO_BLOCK_RECEIPTS = failure(
  -32_601,
  'the method eth_getBlockReceipts does not exist/is not available',
);

/** What a node makes of the answers to a method. */
export type Lie = Partial<Record<string, Fault>>;

/** A chain with two nodes, of which one tells what is not so. */
export class LyingWorld {
  private constructor(private readonly nodes: TwoNodes) {}

  static async begin(): Promise<LyingWorld> {
    return new LyingWorld(await TwoNodes.start());
  }

  end(): Promise<void> {
    return this.nodes.stop();
  }

  get chain(): TestChain {
    return this.nodes.chain;
  }

  get liar(): FaultyRpc {
    return this.nodes.first;
  }

  get honest(): FaultyRpc {
    return this.nodes.second;
  }

  get app(): TestApp {
    return this.nodes.app;
  }

  async start(...endpoints: FaultyRpc[]): Promise<void> {
    await this.nodes.startApp(...endpoints.map(({ url }) => url));
  }

  createTokenPayment(): Promise<PaymentView> {
    const { chainId } = this.chain.config;
    return this.app.createPayment({ token_id: tokenId(chainId, this.chain.token), amount: '1000' });
  }

  private async reasonOfLiar(): Promise<string | null | undefined> {
    const { body } = await this.app.request<{
      parts: { chains: Record<string, { endpoints: { reason: string | null }[] }> };
    }>('GET', '/health/ready');
    return body.parts.chains.testchain?.endpoints[0]?.reason;
  }

  async lieIsCaught(): Promise<void> {
    await waitFor('the lie caught', async () => (await this.reasonOfLiar())?.startsWith('unproven_answer'));
  }

  /** Everything but a node's right answer must leave this true. */
  async expectPaidOnce(payments: readonly PaymentView[], amount: string): Promise<void> {
    for (const { id } of payments) {
      expect(await this.app.waitForStatus(id, 'confirmed')).toMatchObject({
        amount_received: amount,
        exception: null,
      });
      expect(await this.app.eventsOf(id)).toEqual([
        'payment.created',
        'payment.detected',
        'payment.confirmed',
      ]);
    }
  }

  /** The first of two nodes lies while payments come in: it is put aside, and each is paid once. */
  async isNotBelieved(lie: Lie): Promise<void> {
    const { chain, liar, honest } = this;
    await this.start(liar, honest);
    const payments = await Promise.all(Array.from({ length: 3 }, () => this.createTokenPayment()));
    for (const [method, fault] of Object.entries(lie)) liar.inject(method, fault as Fault);
    if (lie.eth_getBlockReceipts === NO_BLOCK_RECEIPTS)
      honest.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    for (const { address } of payments) {
      await chain.payToken(address, 400n);
      await chain.payToken(address, 600n);
      await chain.mine();
    }
    await this.lieIsCaught();
    await chain.mine(2);
    await this.expectPaidOnce(payments, '1000');
  }
}

export function tenfold(log: Log): Log {
  return { ...log, data: `0x${(BigInt(log.data as string) * 10n).toString(16).padStart(64, '0')}` };
}
