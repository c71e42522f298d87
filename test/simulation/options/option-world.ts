import { RateRefresh } from '../../../src/rates/rate-refresh.js';
import { ScannerService } from '../../../src/scanner/scanner.service.js';
import { TEST_MNEMONIC, TestApp } from '../../harness/app.js';
import { appsAtRest, wakeApps } from '../../harness/awake.js';
import { type Random } from '../random.js';
import { ChainWorld } from './chain-world.js';
import { Market } from './market.js';
import { OptionMoney } from './option-money.js';
import { chainSpecs } from './chain-specs.js';
import { PricedChain } from './priced-chain.js';
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
export class OptionWorld extends ChainWorld {
  /** What was done, for whoever has to find out why. */
  readonly story: string[] = [];
  /** What was found wrong on the way. */
  readonly found: string[] = [];

  private constructor(
    random: Random,
    readonly clock: SimulatedClock,
    readonly market: Market,
    chains: readonly PricedChain[],
    app: TestApp,
    toleranceBps: number,
    /** Of seeds in which money leaves; null: nothing does. */
    readonly money: OptionMoney | null,
  ) {
    super(random, chains, app, LATE_WATCH_S, toleranceBps);
  }

  /** @param isMoneyMoved whether money is swept and given back */
  static async create(random: Random, isMoneyMoved: boolean): Promise<OptionWorld> {
    const clock = SimulatedClock.start();
    const market = new Market(random);
    const money = isMoneyMoved ? new OptionMoney() : null;
    try {
      const chains = await Promise.all(
        chainSpecs(random).map((spec, index) =>
          PricedChain.start(spec, index, clock, money?.prepare(random.chance(0.4))),
        ),
      );
      for (const { node } of chains) await node.rpc('anvil_setBalance', [node.payer, PLENTY]);
      await money?.begin(chains);
      const app = await startApp(chains, market, money);
      const toleranceBps = random.pick([0, 0, 100]);
      await app.database.dataSource.query('UPDATE merchants SET underpayment_tolerance_bps = $1', [
        toleranceBps,
      ]);
      const world = new OptionWorld(random, clock, market, chains, app, toleranceBps, money);
      await world.look();
      await world.readRates();
      return world;
    } catch (error) {
      market.end();
      clock.stop();
      throw error;
    }
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
  }

  async restart(): Promise<void> {
    await this.app.close();
    this.app = await startApp(this.chains, this.market, this.money, this.app);
    await this.readRates();
  }

  /** Takes every database connection from under the app, as the end of its process does, wherever it is at. */
  async crash(): Promise<void> {
    await this.app.database.dataSource.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    );
    await this.restart();
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
    await this.money?.calmDown(this);
    await this.comeToRest();
    if (this.money === null) return;
    for (let tries = 0; !(await this.money.sweepAll(this)); tries++) {
      if (tries > MOST_LOOKS) throw new Error('no sweeps can be planned after the last fault');
      this.clock.pass(5);
      await this.look();
    }
    await this.comeToRest();
  }

  /** Nothing goes on any more, nor is anything decided. */
  private async comeToRest(): Promise<void> {
    for (let looks = 0; ; looks++) {
      await this.look();
      await this.money?.force(this);
      const moving = (await this.money?.open(this)) ?? [];
      const open = moving.length > 0 ? moving.join('\n') : await this.open();
      if (open === null) return;
      if (looks > MOST_LOOKS) throw new Error(`a standstill after the last fault: ${open}`);
      // What was sent becomes final.
      if (moving.length > 0) for (const chain of this.chains) await chain.mine(chain.confirmations);
      // Endpoints that were put aside are tried again in a while.
      this.clock.pass(5);
    }
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

function startApp(
  chains: readonly PricedChain[],
  market: Market,
  money: OptionMoney | null,
  before?: TestApp,
): Promise<TestApp> {
  return TestApp.start({
    chains: chains.map(({ config }) => config),
    rates: market.config,
    settings: {
      ...SETTINGS,
      ...money?.settings,
      roles: money === null ? ['api', 'scanner'] : ['api', 'scanner', 'sweeper'],
    },
    ...(before ? { before } : {}),
  });
}
