import { type RunningAnvil } from './anvil.js';
import { steadyMs } from '../../process/steady-time.js';

const BLOCK_TIME_MS = 1_000;
/** After a transaction, enough for the confirmations of whoever waits for it. */
const BUSY_BLOCKS = 20;
/** When nothing happens, blocks only have to carry the time forward: a chain that grew every second would need
 * hundreds of megabytes a day. */
const IDLE_BLOCK_TIME_MS = 30_000;

/**
 * How many blocks are still mined quickly. By what was mined and not by what waited before: a transaction may come in
 * between, and its payer waits for confirmations all the same.
 */
export function busyBlocksAfter(left: number, transactionsMined: number): number {
  return transactionsMined > 0 ? BUSY_BLOCKS : left - 1;
}

/** Mines a block a second while there is something to mine or to confirm, and two a minute when there is not. */
export class Miner {
  private busyBlocksLeft = BUSY_BLOCKS;
  private lastBlockAt = 0;
  private running: Promise<void> = Promise.resolve();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly anvil: RunningAnvil) {
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.tick());
    }, BLOCK_TIME_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async tick(): Promise<void> {
    try {
      const { pending } = await this.anvil.rpc<{ pending: string }>('txpool_status');
      if (
        Number(pending) === 0 &&
        this.busyBlocksLeft <= 0 &&
        steadyMs() - this.lastBlockAt < IDLE_BLOCK_TIME_MS
      )
        return;
      await this.anvil.rpc('evm_mine');
      const { transactions } = await this.anvil.rpc<{ transactions: unknown[] }>('eth_getBlockByNumber', [
        'latest',
        false,
      ]);
      this.busyBlocksLeft = busyBlocksAfter(this.busyBlocksLeft, transactions.length);
      this.lastBlockAt = steadyMs();
    } catch {
      // anvil is gone or busy; the next tick tries again, and the scanner says that it cannot reach the chain.
    }
  }
}
