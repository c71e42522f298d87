import { tokenId } from '../../src/ids/token-id.js';
import { type Proofs } from '../../src/config/chains.js';
import { TestApp } from './app.js';
import { FaultyRpc } from './faulty-rpc.js';
import { failure } from './faulty-rpc-faults.js';
import { TestChain } from './test-chain.js';

const NO_BLOCK_RECEIPTS = failure(-32_601, 'the method eth_getBlockReceipts does not exist/is not available');
/** Between two that pay a payment. */
const BLOCKS_EACH = 10;

/** An app that was away while blocks were mined, each with a transfer of the token, and a node that has only logs of them. */
export class MissedBlocks {
  private constructor(
    readonly chain: TestChain,
    readonly node: FaultyRpc,
    public app: TestApp,
    /** Of payments that were paid meanwhile, 1000 each. */
    readonly paid: readonly string[],
  ) {}

  /** A chain of its own for each: databases of their own begin with the same addresses. */
  static async mine(blocks: number): Promise<MissedBlocks> {
    const chain = await TestChain.start();
    const node = await FaultyRpc.start(chain.url);
    const config = { ...chain.config, rpcUrls: [node.url] };
    const token = { token_id: tokenId(config.chainId, chain.token) };
    const app = await TestApp.start({ chains: [config] });
    const payments = await Promise.all(
      Array.from({ length: blocks / BLOCKS_EACH }, () => app.createPayment(token)),
    );
    await app.waitForBlock(await chain.height());
    await app.close();
    for (let block = 0; block < blocks; block++) {
      const payment = block % BLOCKS_EACH === 0 ? payments[block / BLOCKS_EACH] : undefined;
      await chain.payToken(payment?.address ?? chain.payer, 1000n);
      await chain.mine();
    }
    node.inject('eth_getBlockReceipts', NO_BLOCK_RECEIPTS);
    const ids = payments.map(({ id }) => id);
    return new MissedBlocks(chain, node, app, ids);
  }

  async catchUp(proofs: Proofs = 'full'): Promise<void> {
    const config = { ...this.chain.config, proofs, rpcUrls: [this.node.url] };
    this.app = await TestApp.start({ chains: [config], before: this.app });
  }

  async stop(): Promise<void> {
    await this.app.stop();
    await this.node.die();
    await this.chain.stop();
  }
}
