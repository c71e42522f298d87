import { type TestApp } from '../../harness/app.js';
import { type Random } from '../random.js';
import { type Circumstances, isEnough, judge, type Known } from './expected.js';
import { type Fraction, isLess, plus, sum, ZERO } from './fraction.js';
import { type Arrival } from './chain-blocks.js';
import { type PricedChain, type SimulatedAsset } from './priced-chain.js';
import { RateHistory } from './rate-history.js';

/** Payments on several chains, and what of them the chains have. */
export class ChainWorld {
  readonly payments: Known[] = [];
  /** Deposits that the merchant accepted, by `creditOf`. */
  readonly accepted = new Set<string>();
  /** How often what was met. */
  readonly met = new Map<string, number>();

  constructor(
    readonly random: Random,
    readonly chains: readonly PricedChain[],
    public app: TestApp,
    private readonly lateWatchSeconds: number,
    readonly toleranceBps: number,
  ) {}

  get assets(): SimulatedAsset[] {
    return this.chains.flatMap(({ assets }) => assets);
  }

  meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }

  async arrivals(): Promise<Arrival[]> {
    return (await Promise.all(this.chains.map((chain) => chain.arrivals()))).flat();
  }

  /** @param latest by the latest time that any branch had, in place of the canonical one's */
  async circumstances(latest = false): Promise<Circumstances> {
    const headTimes = new Map<number, number>();
    for (const chain of this.chains)
      headTimes.set(chain.chainId, latest ? chain.latestTime : await chain.headTime());
    const { accepted, lateWatchSeconds } = this;
    return { rates: await RateHistory.read(this.app), lateWatchSeconds, accepted, headTimes };
  }

  /**
   * Before a reorg: whatever was deep enough may have been taken for paid, whichever of the other chains' branches was seen
   * with it.
   */
  async noteDeepest(chains: readonly PricedChain[], by: Circumstances): Promise<void> {
    for (const chain of chains) {
      const height = await chain.height();
      const deep = (await chain.arrivals()).filter(
        ({ blockNumber }) => height - blockNumber + 1 >= chain.confirmations,
      );
      for (const known of this.payments) {
        const now = partOf(known, deep, by);
        if (isLess(known.deepest.get(chain.chainId) ?? ZERO, now)) known.deepest.set(chain.chainId, now);
      }
    }
  }

  /** After a reorg: what may have been taken for paid and is not any more may have failed. */
  async noteFailures(by: Circumstances): Promise<void> {
    await this.noteDeepest(this.chains, by);
    const all = await this.arrivals();
    for (const known of this.payments) {
      const most = [...known.deepest.values()].reduce(plus, ZERO);
      if (!isEnough(most, known)) continue;
      const left = partOf(known, all, by);
      known.mayHaveFailed ||= !isEnough(left, known);
      if (known.leastLeft === null || isLess(left, known.leastLeft)) known.leastLeft = left;
    }
  }

  /** What the app has not seen, or not decided yet, in words; null: nothing. */
  async open(): Promise<string | null> {
    const { dataSource } = this.app.database;
    const cursors = await dataSource.query<{ chain_id: string; block_hash: string }[]>(
      'SELECT chain_id, block_hash FROM chain_cursors',
    );
    for (const chain of this.chains) {
      const { hash } = await chain.head();
      const cursor = cursors.find(({ chain_id: id }) => Number(id) === chain.chainId);
      if (cursor?.block_hash !== hash) return `${chain.name} is not scanned up to its head`;
    }
    const [row] = await dataSource.query<{ due: string }[]>(
      `SELECT count(*) AS due FROM payment_options JOIN chain_cursors USING (chain_id)
       WHERE recheck_at_block <= block_number OR recheck_at_time < block_time`,
    );
    return row?.due === '0' ? null : `${row?.due} options are due`;
  }
}

/** Of the whole, what these come to. */
function partOf(known: Known, arrivals: readonly Arrival[], by: Circumstances): Fraction {
  const counted = judge(known, arrivals, by).filter(({ whyNot }) => whyNot === null);
  return sum(counted.map(({ part }) => part));
}
