import { setTimeout as delay } from 'node:timers/promises';
import { Wallet } from 'ethers';
import { type ChainConfig } from '../../src/config/chains.js';
import { type Settings } from '../../src/config/settings.js';
import { type Address, toAddress } from '../../src/ids/ids.js';
import { creationCode } from '../../src/outgoing/delegate/sweep-delegate.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { appsAtRest } from '../harness/awake.js';
import { checkBooks } from '../harness/books.js';
import { OddToken } from '../harness/odd-token.js';
import { type TestChain } from '../harness/test-chain.js';
import { gasDifferences } from './gas.js';
import { isUnseenBy } from './gas-actions.js';
import { heldOn, moneyUnderWay } from './money-under-way.js';
import { type Random } from './random.js';
import { Treasuries } from './treasuries.js';
import { CONFIRMATIONS } from './confirmations.js';
import { type World } from './world.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const TANK = new Wallet(`0x${'7a'.repeat(32)}`);
const PAYOUT = new Wallet(`0x${'9b'.repeat(32)}`);
/** Native amounts are small numbers of this: worth their gas. */
const UNIT = 10n ** 15n;
export const MAX_GAS_PRICE = 200n * GWEI;
/** After the last fault ended, something has gone on in each time so long, until everything has that can. */
const STANDSTILL_MS = 60_000;
/** One thing after the other takes its time on a busy machine, and an end. */
const MOST_MS = 150_000;
/** A step that waits for a node is waited for so long. */
const LONG_STEP_MS = 200;
const MOST_BETWEEN_BLOCKS_MS = 300;
/** Contracts that take no money: one burns all gas, one reverts with words that cannot be stored. */
const TRAPS = [
  'fe',
  // Error("a\0b") word by word into memory, then revert with it
  `7f08c379a0${'00'.repeat(28)}600052602060045260036024527f610062${'00'.repeat(29)}60445260646000fd`,
];

export interface AskedRefund {
  id: string;
  paymentId: string;
  /** Of this deposit alone, which did not count; null: of what the payment received. */
  depositId: string | null;
  /** Nobody else ever pays it. */
  to: string;
  isToken: boolean;
  amount: bigint;
}

/** What of a seed is about money that leaves: who may sign, who is to get it, and what was asked for. */
export class Money {
  readonly unit = UNIT;
  readonly tank = TANK.address;
  readonly refunds: AskedRefund[] = [];
  readonly treasuries = new Treasuries();

  private constructor(
    private readonly chain: TestChain,
    readonly odd: OddToken,
    readonly traps: readonly string[],
    private readonly delegate: Address | null,
  ) {
    this.treasuries.move();
  }

  /** Of the node that a seed starts. */
  static readonly nodeArgs: readonly string[] = ['--hardfork', 'prague'];

  static async create(random: Random, chain: TestChain): Promise<Money> {
    const odd = await OddToken.deploy(chain);
    const traps: string[] = [];
    for (const code of TRAPS) traps.push(await chain.deploy(initCode(code)));
    const treasury = Wallet.createRandom().address;
    const parties = { treasury: toAddress(treasury), operator: toAddress(TANK.address) };
    const delegate = random.chance(0.4) ? toAddress(await chain.deploy(creationCode(parties))) : null;
    for (const account of [TANK, PAYOUT])
      await chain.rpc('anvil_setBalance', [account.address, `0x${(10_000n * ETHER).toString(16)}`]);
    await chain.payToken(PAYOUT.address, 10n ** 12n);
    await chain.mine();
    const money = new Money(chain, odd, traps, delegate);
    if (delegate !== null) money.treasuries.move(treasury);
    money.treasuries.moved();
    return money;
  }

  /** Of today. */
  get treasury(): string {
    return this.treasuries.current;
  }

  get senders(): string[] {
    return [TANK.address.toLowerCase(), PAYOUT.address.toLowerCase()];
  }

  /** Whoever must never be sent a refund. */
  unfit(addresses: ReadonlySet<string>): string[] {
    const { treasury, chain, odd } = this;
    return [
      treasury,
      TANK.address,
      PAYOUT.address,
      `0x${'00'.repeat(20)}`,
      chain.token,
      odd.address,
      ...addresses,
    ];
  }

  get settings(): Partial<Settings> {
    return {
      treasuryAddress: this.treasury,
      gasTankPrivateKey: TANK.privateKey,
      payoutPrivateKey: PAYOUT.privateKey,
      sweepSchedule: '0 0 1 1 *',
      sweepBumpAfterMs: 1_000,
    };
  }

  config(config: ChainConfig): ChainConfig {
    const batches = this.delegate === null ? {} : { batches: { delegate: this.delegate, size: 5 } };
    const sweep = { enabled: true, minimum: 0n, maxGasPrice: MAX_GAS_PRICE, ...batches };
    return { ...config, tokens: [...config.tokens, this.odd.config], sweep };
  }

  /** After the last fault: gas costs little again, the bad token is good, and everything is swept that may be. */
  async settle(world: World): Promise<void> {
    await this.chain.setBaseFee(GWEI);
    await this.odd.behave('normal');
    await this.chain.mine();
    const healedAtMs = Date.now();
    let hasPlanned = false;
    let last = '';
    let movedAtMs = healedAtMs;
    let looks = 0;
    for (;;) {
      hasPlanned ||= (await world.app.request('POST', '/api/v1/sweeps/run', {})).status === 200;
      const open = await moneyUnderWay(world.app.database.dataSource, () => this.chain);
      if (hasPlanned && open.length === 0) return;
      if (open.join() !== last) [last, movedAtMs, looks] = [open.join(), Date.now(), 0];
      if (Date.now() - movedAtMs > STANDSTILL_MS || Date.now() - healedAtMs > MOST_MS)
        throw new Error(
          `a standstill ${Date.now() - healedAtMs} ms after the last fault:\n${open.join('\n')}`,
        );
      // What stands there only needs to become final.
      await this.chain.mine(open.every((line) => / is (mined|sent: )$/.test(line)) ? CONFIRMATIONS : 1);
      await Promise.race([appsAtRest(this.chain.url), delay(LONG_STEP_MS, undefined, { ref: false })]);
      // What more blocks do not bring comes with time.
      await delay(Math.min(MOST_BETWEEN_BLOCKS_MS, 10 * looks++));
    }
  }

  /** How much money left, and how, for whoever wants to know that a seed was worth playing. */
  async tally({ app }: World): Promise<string> {
    const rows = await app.database.dataSource.query<{ line: string }[]>(
      `SELECT what || ' ' || string_agg(count || ' ' || state, ', ' ORDER BY state) AS line FROM (
         SELECT 'refunds' AS what, state, count(*) FROM refunds GROUP BY state
         UNION ALL SELECT 'sweeps by ' || path, state, count(*) FROM sweeps GROUP BY path, state
         UNION ALL SELECT CASE purpose WHEN 'gas' THEN 'gas' ELSE 'gas returned' END, state, count(*)
           FROM outgoing_transactions WHERE purpose IN ('gas','gas_return') GROUP BY purpose, state
         UNION ALL SELECT 'reopened', purpose, count(*) FROM outgoing_transactions
           WHERE reopened_at IS NOT NULL GROUP BY purpose
       ) AS counts GROUP BY what ORDER BY what`,
    );
    return rows.map(({ line }) => line).join('; ');
  }

  /** What differs between what was given back and swept by the app's word, and by the chain's. */
  async differences(world: World): Promise<string[]> {
    const found: string[] = [];
    for (const refund of this.refunds) {
      const { body } = await world.app.request<RefundView>('GET', `/api/v1/refunds/${refund.id}`);
      const has = await this.balance(refund.to, refund.isToken ? this.chain.token : null);
      const should = body.status === 'confirmed' ? refund.amount : 0n;
      if (has !== should)
        found.push(
          `refund ${refund.id} is ${body.status}, and ${refund.to} has ${has}, should have ${should}`,
        );
    }
    const report = await checkBooks(world.app.database, {
      ...this.config(this.chain.config),
      rpcUrls: [this.chain.url],
    });
    const unwatched = await this.unwatched(world);
    const differences = report.differences
      .all()
      .filter((text) => !unwatched.some((one) => text.includes(one)));
    found.push(...differences.map((text) => `ledger check: ${text}`));
    found.push(...report.unchecked.all().map((text) => `ledger check, unchecked: ${text}`));
    found.push(...(await gasDifferences(world.app, [this.chain])));
    const tokens = [null, this.chain.token];
    const balance = (address: string, token: string | null) => this.balance(address, token);
    found.push(...(await this.treasuries.misdirected(world.app, tokens, balance)));
    for (const { account, asset, ledger } of report.balances.filter(
      ({ account }) => account === 'treasury',
    )) {
      const held = await Promise.all(this.treasuries.all.map((one) => this.balance(one, asset.token)));
      const has = held.reduce((sum, amount) => sum + amount, 0n);
      if (has !== ledger)
        found.push(`the treasuries have ${has} ${asset.symbol}, and ${ledger} are booked at ${account}`);
    }
    return found;
  }

  /**
   * What the books cannot have, and `ledger check` alone sees: what contracts send where nothing looks into transactions,
   * and where balances are followed, what they send once a payment's watch is over.
   */
  private async unwatched({ app, chain, oracle, payments, addresses }: World): Promise<string[]> {
    if (chain.config.internalTransfers === 'trace') return [];
    const arrivals = (await oracle.arrivals(addresses)).filter(({ kind }) => kind === 'internal');
    return payments.flatMap(({ address, expiresAt }) => {
      const endsAt = isUnseenBy(chain) ? 0 : expiresAt + app.settings.lateWatchDays * 86_400;
      const late = arrivals.filter(({ to, blockTime }) => to === address && blockTime > endsAt);
      const sum = late.reduce((total, { amount }) => total + amount, 0n);
      return sum === 0n ? [] : [`holds ${sum} base units`];
    });
  }

  private balance(address: string, token: string | null): Promise<bigint> {
    return heldOn(this.chain, token, address);
  }
}

function initCode(runtime: string): string {
  return `0x61${(runtime.length / 2).toString(16).padStart(4, '0')}80600c6000396000f3${runtime}`;
}
