import { RateRefresh } from '../../../src/rates/rate-refresh.js';
import { ScannerService } from '../../../src/scanner/scanner.service.js';
import { TEST_MNEMONIC, TestApp } from '../../harness/app.js';
import { appsAtRest, wakeApps } from '../../harness/awake.js';
import { type Random } from '../random.js';
import { type Circumstances, isEnough, judge, type Known } from './expected.js';
import { type Fraction, isLess, plus, sum, ZERO } from './fraction.js';
import { Market } from './market.js';
import { chainSpecs } from './chain-specs.js';
import { type Arrival, PricedChain, type SimulatedAsset } from './priced-chain.js';
import { RateHistory } from './rate-history.js';
import { SimulatedClock } from './simulated-clock.js';

export const LATE_WATCH_DAYS = 1;
const LATE_WATCH_S = LATE_WATCH_DAYS * 86_400;
/** Rates are read when the world says so, and not by the clock. */
const NEVER_MS = 1e13;
/** Whatever can go on has gone on after so many looks at what there is. */
const MOST_LOOKS = 600;
const SETTINGS = { mnemonic: TEST_MNEMONIC, lateWatchDays: LATE_WATCH_DAYS, rateRefreshMs: NEVER_MS };
const PLENTY = `0x${(10n ** 24n).toString(16)}`;

/** What a seed plays with: some chains, the ways to them, those who tell prices, and the app; all by one clock. */
export class OptionWorld {
  readonly payments: Known[] = [];
  /** Deposits that the merchant accepted, by `creditOf`. */
  readonly accepted = new Set<string>();
  /** What was done, for whoever has to find out why. */
  readonly story: string[] = [];
  /** What was found wrong on the way. */
  readonly found: string[] = [];
  /** How often what was met. */
  readonly met = new Map<string, number>();

  private constructor(
    readonly random: Random,
    readonly clock: SimulatedClock,
    readonly market: Market,
    readonly chains: readonly PricedChain[],
    public app: TestApp,
    readonly toleranceBps: number,
  ) {}

  static async create(random: Random): Promise<OptionWorld> {
    const clock = SimulatedClock.start();
    const market = new Market(random);
    try {
      const chains = await Promise.all(
        chainSpecs(random).map((spec, index) => PricedChain.start(spec, index, clock)),
      );
      for (const { node } of chains) await node.rpc('anvil_setBalance', [node.payer, PLENTY]);
      const app = await startApp(chains, market);
      const toleranceBps = random.pick([0, 0, 100]);
      await app.database.dataSource.query('UPDATE merchants SET underpayment_tolerance_bps = $1', [
        toleranceBps,
      ]);
      const world = new OptionWorld(random, clock, market, chains, app, toleranceBps);
      await world.look();
      await world.readRates();
      return world;
    } catch (error) {
      market.end();
      clock.stop();
      throw error;
    }
  }

  get assets(): SimulatedAsset[] {
    return this.chains.flatMap(({ assets }) => assets);
  }

  meet(what: string): void {
    this.met.set(what, (this.met.get(what) ?? 0) + 1);
  }

  /** Has the app look at all of its chains at once, or at one alone, and waits until it has. */
  async look(chain?: PricedChain): Promise<void> {
    if (chain === undefined) {
      wakeApps();
      return appsAtRest();
    }
    this.app.get(ScannerService)['tickers'].wake(chain.config);
    await appsAtRest();
  }

  /** Has the app read and record what everybody says of prices now. */
  async readRates(): Promise<void> {
    this.market.follow();
    const refresh = this.app.get(RateRefresh);
    const ticker = refresh['ticker'];
    await ticker?.['running'];
    refresh['dueAtMs'] = 0;
    ticker?.run();
    await ticker?.['running'];
    this.market.noteRead();
  }

  async restart(): Promise<void> {
    await this.app.close();
    this.app = await startApp(this.chains, this.market, this.app);
    await this.readRates();
  }

  /** Takes every database connection from under the app, as the end of its process does, wherever it is at. */
  async crash(): Promise<void> {
    await this.app.database.dataSource.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await this.restart();
  }

  async arrivals(): Promise<Arrival[]> {
    return (await Promise.all(this.chains.map((chain) => chain.arrivals()))).flat();
  }

  /** @param latest by the latest time that any branch had, in place of the canonical one's */
  async circumstances(latest = false): Promise<Circumstances> {
    const headTimes = new Map<number, number>();
    for (const chain of this.chains)
      headTimes.set(chain.chainId, latest ? chain.latestTime : await chain.headTime());
    const { accepted } = this;
    return { rates: await RateHistory.read(this.app), lateWatchSeconds: LATE_WATCH_S, accepted, headTimes };
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
      known.mayHaveFailed ||= isEnough(most, known) && !isEnough(partOf(known, all, by), known);
    }
  }

  /** Ends every fault, and lets what is mined become final and known. */
  async settle(): Promise<void> {
    this.market.mend();
    for (const chain of this.chains) {
      chain.endpoints.forEach((endpoint) => endpoint.heal());
      await chain.comeBack();
      await chain.mine(chain.confirmations + 1);
    }
    // A new process knows nothing of which endpoint was put aside, and need not wait for it.
    if (this.random.chance(0.3)) await this.restart();
    for (let looks = 0; ; looks++) {
      await this.look();
      const open = await this.open();
      if (open === null) return;
      if (looks > MOST_LOOKS) throw new Error(`a standstill after the last fault: ${open}`);
      // Endpoints that were put aside are tried again in a while.
      this.clock.pass(5);
    }
  }

  /** What the app has not seen, or not decided yet, in words; null: nothing. */
  private async open(): Promise<string | null> {
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

  async end(): Promise<void> {
    try {
      await this.app.stop();
      await Promise.all(this.chains.map((chain) => chain.stop()));
    } finally {
      this.market.end();
      this.clock.stop();
    }
  }
}

/** Of the whole, what these come to. */
function partOf(known: Known, arrivals: readonly Arrival[], by: Circumstances): Fraction {
  const counted = judge(known, arrivals, by).filter(({ whyNot }) => whyNot === null);
  return sum(counted.map(({ part }) => part));
}

function startApp(chains: readonly PricedChain[], market: Market, before?: TestApp): Promise<TestApp> {
  return TestApp.start({
    chains: chains.map(({ config }) => config),
    rates: market.config,
    settings: { ...SETTINGS, roles: ['api', 'scanner'] },
    ...(before ? { before } : {}),
  });
}
