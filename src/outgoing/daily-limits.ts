import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { OutgoingRepository } from './outgoing.repository.js';
import { RepeatedMessage } from '../process/repeated-message.js';
import { holdUntilCommit } from '../database/transaction-lock.js';
import { OutgoingMetrics } from './outgoing-metrics.js';
import { type Broken, type SigningFacts } from './signing-rules.js';
import { rulesOf, startOfDay } from './sweep-rules.js';
import { type Asset } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';
import { databaseClock } from '../database/database-clock.js';

const COMPLAIN_EVERY_MS = 3_600_000;

/** A sweep and the base units of its asset that it would move. */
interface Wanted {
  sweep: { tokenAddress: Asset };
  final: bigint;
}

/** How much of an asset one sweep, and one day by UTC, may move. */
@Injectable()
export class DailyLimits {
  private readonly logger = new Logger('Sweeper');
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly outgoing: OutgoingRepository,
    private readonly metrics: OutgoingMetrics,
  ) {}

  /**
   * What each may move now, in base units; or what it waits for: one after the other, so that together they stay below
   * what a day may move.
   */
  async share<T extends Wanted>(
    chain: ChainConfig,
    wanted: readonly T[],
  ): Promise<{ one: T; most: bigint | Broken }[]> {
    const taken = new Map<Asset, bigint>();
    const shared: { one: T; most: bigint | Broken }[] = [];
    for (const one of wanted) {
      const { tokenAddress } = one.sweep;
      const before = taken.get(tokenAddress) ?? 0n;
      const most = await this.mostFor(chain, tokenAddress, one.final, before);
      if (typeof most === 'bigint') taken.set(tokenAddress, before + most);
      shared.push({ one, most });
    }
    return shared;
  }

  /**
   * What is more than a day may move goes in parts.
   * @param wanted base units
   * @param taken base units that others are about to move, and nobody has signed yet
   */
  private async mostFor(
    chain: ChainConfig,
    tokenAddress: Asset,
    wanted: bigint,
    taken: bigint,
  ): Promise<bigint | Broken> {
    const { maxPerSweep, maxPerDay } = rulesOf(chain, tokenAddress);
    const most = maxPerSweep !== undefined && maxPerSweep < wanted ? maxPerSweep : wanted;
    if (most < wanted) this.told(chain, tokenAddress, 'per_sweep', `max_per_sweep is ${maxPerSweep}`);
    if (maxPerDay === undefined) return most;
    const left = maxPerDay - (await this.sentToday(this.dataSource.manager, chain, tokenAddress)) - taken;
    if (left >= most) return most;
    if (left > 0n && most > maxPerDay) return left;
    const reason = `max_per_day is ${maxPerDay}, and ${left > 0n ? left : 0n} of it are left today (UTC)`;
    this.told(chain, tokenAddress, 'per_day', reason);
    return { code: 'daily_limit', reason };
  }

  /**
   * What is left of the day inside of the transaction that signs: whoever signs for the same asset meanwhile waits.
   * @returns of each asset that has a limit
   */
  async held(
    manager: EntityManager,
    chain: ChainConfig,
    movements: readonly { tokenAddress: Asset; amount: bigint }[],
  ): Promise<SigningFacts['days']> {
    const sums = new Map<Asset, bigint>();
    for (const { tokenAddress, amount } of movements) {
      sums.set(tokenAddress, (sums.get(tokenAddress) ?? 0n) + amount);
    }
    const days: SigningFacts['days'][number][] = [];
    // In one order everywhere.
    for (const [tokenAddress, wanted] of [...sums].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1))) {
      const { maxPerDay } = rulesOf(chain, tokenAddress);
      if (maxPerDay === undefined) continue;
      await holdUntilCommit(manager, `quittance sweep limit ${chain.chainId} ${tokenAddress}`);
      const left = maxPerDay - (await this.sentToday(manager, chain, tokenAddress));
      days.push({ tokenAddress, maxPerDay, left, wanted });
    }
    return days;
  }

  private sentToday(manager: EntityManager, { chainId }: ChainConfig, tokenAddress: Asset): Promise<bigint> {
    return this.outgoing.sweptSince(manager, chainId, tokenAddress, startOfDay(databaseClock.now()));
  }

  private told({ name: chain }: ChainConfig, token: Asset, limit: string, reason: string): void {
    this.metrics.limited(chain, limit);
    if (!this.complaints.isDue(`${chain} ${token} ${limit}`, limit, steadyMs())) return;
    this.logger.error({ chain, token, limit, reason }, 'a sweep limit is hit');
  }
}
