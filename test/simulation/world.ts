import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { standsAlone, standsBefore } from '../harness/awake.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { PayerContract } from '../harness/payer-contract.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { CONFIRMATIONS } from './confirmations.js';
import { Money } from './money.js';
import { type HabitName, Habits } from './habits.js';
import { type Asked, Oracle } from './oracle.js';
import { type Random } from './random.js';

export const LATE_WATCH_DAYS = 1;
/** What mines tells that there is something new; what failed is tried again twice in that time. */
const BLOCK_TIME_MS = 1_000;

/** A payment as the merchant remembers it. */
export interface Known extends Asked {
  id: string;
  /** What covers it was once deep enough. */
  mayBeConfirmed: boolean;
  /** The least that a reorg has left of it since it may have been confirmed: where less is due, `failed` is right. Null: none has. */
  leastLeft: bigint | null;
  /** Some of it was asked back. */
  isRefunded: boolean;
}

/** What a seed plays with: a chain, two ways to it that fail, and the app. */
export class World {
  readonly payments: Known[] = [];
  /** Late deposits that the merchant accepted, by `creditOf`. */
  readonly accepted = new Set<string>();
  /** What was done, for whoever has to find out why. */
  readonly story: string[] = [];
  /** The latest time that any branch has had, in seconds: what expired by it stays so. */
  latestTime = 0;

  private constructor(
    readonly random: Random,
    readonly chain: TestChain,
    readonly payer: PayerContract,
    readonly endpoints: FaultyRpc[],
    readonly habits: Habits,
    public app: TestApp,
    readonly oracle: Oracle,
    /** Of seeds in which money leaves; null: nothing does. */
    readonly money: Money | null,
    /** Nothing below is replaced by a reorg. */
    readonly base: number,
  ) {}

  /**
   * @param habitNames of its nodes; chosen by chance without them
   * @param isMoneyMoved whether money is swept and given back; by chance without it
   */
  static async create(
    random: Random,
    habitNames?: readonly HabitName[],
    isMoneyMoved = random.chance(0.5),
  ): Promise<World> {
    const internalTransfers = random.pick(['off', 'trace', 'balance'] as const);
    const chain = await TestChain.start({ internalTransfers }, isMoneyMoved ? Money.nodeArgs : []);
    const payer = await PayerContract.deploy(chain);
    const money = isMoneyMoved ? await Money.create(random, chain) : null;
    const endpoints = await Promise.all([FaultyRpc.start(chain.url), FaultyRpc.start(chain.url)]);
    // Other seeds that are played at the same time have nodes of their own, and are not woken by this one.
    for (const { url } of endpoints) standsBefore(url, chain.url);
    const habits = Habits.take(random, endpoints, habitNames);
    const base = await chain.height();
    const app = await startApp(chain, endpoints, money);
    await app.waitForBlock(base);
    const oracle = new Oracle(chain, payer, base + 1, new Set(money?.senders));
    return new World(random, chain, payer, endpoints, habits, app, oracle, money, base);
  }

  get addresses(): Set<string> {
    return new Set(this.payments.map(({ address }) => address));
  }

  /** What one of the small numbers that are paid is of the native asset, in wei. */
  get unit(): bigint {
    return this.money?.unit ?? 1n;
  }

  /** @returns what came of it, for the story */
  async comeToFork(): Promise<string> {
    const from = (await this.chain.height()) + 1;
    // From then on no balance is proved: a lie about one that lasts could not be found out.
    if (this.money !== null) this.endpoints.forEach((endpoint) => endpoint.heal());
    return this.habits.fork(from) ? `from block ${from}` : 'again: nothing';
  }

  async restart(): Promise<void> {
    await this.app.close();
    this.app = await startApp(this.chain, this.endpoints, this.money, this.app);
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
    this.endpoints.forEach((endpoint) => endpoint.heal());
    for (const endpoint of this.endpoints) await endpoint.revive();
    await this.chain.mine(CONFIRMATIONS + 1);
    if (this.money !== null) {
      // Without a restart: what stands still must come back by itself.
      await this.money.settle(this);
      await this.chain.mine(CONFIRMATIONS + 1);
    }
    // A new process knows nothing of which endpoint was put aside, and need not wait for it.
    await this.restart();
    const head = await this.chain.rpc<{ hash: string; number: string }>('eth_getBlockByNumber', [
      'latest',
      false,
    ]);
    await waitFor('the head scanned', async () => {
      const [row] = await this.app.database.dataSource.query<{ block_hash: string }[]>(
        'SELECT block_hash FROM chain_cursors',
      );
      return row?.block_hash === head.hash;
    });
    await waitFor('no block in doubt', async () => {
      // What is tried again within half a minute is tried now.
      const [, count] = await this.app.database.dataSource.query<[unknown, number]>(
        'UPDATE late_searches SET due_at = now() WHERE NOT is_given_up',
      );
      return count === 0;
    });
    await waitFor('nothing left to decide', async () => {
      const [row] = await this.app.database.dataSource.query<{ due: string }[]>(
        `SELECT count(*) AS due FROM payment_options JOIN chain_cursors USING (chain_id)
         WHERE recheck_at_block <= block_number OR recheck_at_time < block_time`,
      );
      return row?.due === '0';
    });
  }

  async end(): Promise<void> {
    await this.app.stop();
    this.endpoints.forEach(({ url }) => standsAlone(url));
    await Promise.all(this.endpoints.map((endpoint) => endpoint.die()));
    await this.chain.stop();
  }
}

function startApp(
  chain: TestChain,
  endpoints: FaultyRpc[],
  money: Money | null,
  before?: TestApp,
): Promise<TestApp> {
  const [first] = endpoints as [FaultyRpc, FaultyRpc];
  return TestApp.start({
    chains: [
      {
        ...(money?.config(chain.config) ?? chain.config),
        rpcUrls: endpoints.map(({ url }) => url),
        wsUrls: [first.wsUrl],
        blockTimeMs: BLOCK_TIME_MS,
        confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: CONFIRMATIONS }] },
      },
    ],
    settings: {
      mnemonic: TEST_MNEMONIC,
      lateWatchDays: LATE_WATCH_DAYS,
      ...money?.settings,
      // Nobody is told of anything here: what is told is compared as it is written.
      roles: money === null ? ['api', 'scanner'] : ['api', 'scanner', 'sweeper'],
    },
    ...(before ? { before } : {}),
  });
}
