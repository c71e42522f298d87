import { type SchedulerRegistry } from '@nestjs/schedule';
import { type ChainConfig } from '../config/chains.js';
import { Ticker } from './ticker.js';

const MIN_PERIOD_MS = 250;
const MAX_PERIOD_MS = 4_000;

/** A ticker for each chain, none waiting for another: a dead chain delays nobody. */
export class ChainTickers {
  private readonly tickers = new Map<number, Ticker>();

  /**
   * @param loop what it is called by chain health
   * @param schedule which clears the intervals at the shutdown
   */
  constructor(
    private readonly loop: string,
    private readonly schedule: SchedulerRegistry,
  ) {}

  /** Twice a block, so that a new one is seen half a block time after it was mined at the worst. @param task as a ticker's */
  start({ name, chainId, blockTimeMs }: ChainConfig, task: () => Promise<boolean>): void {
    const ticker = new Ticker(task, { loop: this.loop, chain: name });
    this.tickers.set(chainId, ticker);
    const periodMs = Math.min(MAX_PERIOD_MS, Math.max(MIN_PERIOD_MS, blockTimeMs / 2));
    this.schedule.addInterval(
      `${this.loop} ${name}`,
      setInterval(() => ticker.run(), periodMs),
    );
    ticker.run();
  }

  /** Has a chain's task done now, once more if it is under way; nothing where it was not started. */
  wake({ chainId }: Pick<ChainConfig, 'chainId'>): void {
    this.tickers.get(chainId)?.runAgain();
  }

  all(): Ticker[] {
    return [...this.tickers.values()];
  }

  /** Ends when the steps under way have finished. */
  async stop(): Promise<void> {
    await Promise.all(this.all().map((ticker) => ticker.stop()));
  }
}
