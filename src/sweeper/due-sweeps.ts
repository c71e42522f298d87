import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DailyLimits } from '../outgoing/daily-limits.js';
import { feesFor } from '../outgoing/fees.js';
import { type Failure, type Round } from '../outgoing/movers.js';
import { sideBySide } from '../outgoing/side-by-side.js';
import { type Broken, gasNotDear, tokenInService, treasuryOfToday } from '../outgoing/signing-rules.js';
import { sweepingOf } from '../config/sweeping.js';
import { type Due, whatFailed } from './paths/sweep-path.js';
import { DepositBalances } from './planning/deposit-balances.js';
import { type Sweep } from './sweep.entity.js';
import { SweepStates } from './sweep-states.js';
import { SweepsRepository } from './sweeps.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** A plan may have seen more blocks than the round that comes upon it, which began before. */
const JUST_PLANNED_MS = 5_000;

/** Finds the planned sweeps whose turn it is: one thing at a time at each address. */
@Injectable()
export class DueSweeps {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly sweeps: SweepsRepository,
    private readonly states: SweepStates,
    private readonly balances: DepositBalances,
    private readonly limits: DailyLimits,
  ) {}

  /**
   * Those that cannot go now wait, with the reason.
   * @returns also whether some were planned for another treasury than today's, and have to be planned again
   */
  async of(round: Round): Promise<{ due: Due[]; failures: Failure[]; isOutdated: boolean }> {
    const underWay = await this.sweeps.underWay(round.chain.chainId);
    const outdated = await this.dropOutdated(round, underWay);
    const next = nextOfEach(underWay).filter((sweep) => !outdated.has(sweep.id));
    const { done, failures } = await sideBySide(next, whatFailed, (sweep) => this.look(round, sweep));
    const found = done.filter((one) => one !== null);
    const due: Due[] = [];
    for (const { one, most } of await this.limits.share(round.chain, found)) {
      if (typeof most === 'bigint') due.push({ ...one, most });
      else await this.states.wait(one.sweep, most);
    }
    const isSwept = 'treasury' in sweepingOf(round.chain, this.settings);
    return { due, failures, isOutdated: isSwept && outdated.size > 0 };
  }

  /** By id, those that were to go to another treasury than today's. What is sent already goes where it was signed to go. */
  private async dropOutdated({ chain }: Round, sweeps: readonly Sweep[]): Promise<Set<string>> {
    const sweeping = sweepingOf(chain, this.settings);
    const outdated = new Set<string>();
    for (const sweep of sweeps.filter(({ state }) => state !== 'sent')) {
      const broken: Broken | null = treasuryOfToday({ sweeping, recipients: [sweep.treasury] });
      if (broken === null) continue;
      await this.states.wait(sweep, broken);
      outdated.add(sweep.id);
    }
    return outdated;
  }

  /** @returns null when it does not go now */
  private async look({ chain, quote, extent }: Round, sweep: Sweep): Promise<Omit<Due, 'most'> | null> {
    const dear = gasNotDear({ fees: feesFor(quote, false), maxGasPrice: chain.sweep.maxGasPrice });
    const { from, tokenAddress } = sweep;
    const problem = tokenAddress === null ? null : chain.tokenProblem(tokenAddress);
    const broken = dear ?? tokenInService({ tokenProblem: problem?.reason ?? null });
    if (broken !== null) {
      await this.states.wait(sweep, broken);
      return null;
    }
    const available = await this.balances.available(chain, extent, from, tokenAddress);
    const { final, isWhole, transferIds } = available;
    if (final > 0n) return { sweep, final, isWhole, transferIds };
    if (!available.isUnclear && !isJustPlanned(sweep)) await this.states.drop(sweep, isWhole);
    return null;
  }
}

/** Then what the plan found may not be final for this round yet: the next one looks again. */
function isJustPlanned({ updatedAt }: Sweep): boolean {
  return databaseClock.nowMs() - updatedAt.getTime() < JUST_PLANNED_MS;
}

/** Tokens before the native asset, which may pay for their gas; nothing where a transfer is on its way. */
function nextOfEach(sweeps: readonly Sweep[]): Sweep[] {
  const byAddress = new Map<string, Sweep[]>();
  for (const sweep of sweeps) byAddress.set(sweep.from, [...(byAddress.get(sweep.from) ?? []), sweep]);
  return [...byAddress.values()].flatMap((own) => {
    if (own.some(({ state }) => state === 'sent')) return [];
    const rank = ({ state, tokenAddress }: Sweep) =>
      state === 'funding' ? 0 : tokenAddress === null ? 2 : 1;
    const [next] = [...own].sort((a, b) => rank(a) - rank(b));
    return next ? [next] : [];
  });
}
