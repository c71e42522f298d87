import { Injectable } from '@nestjs/common';
import { type Failure, type Round } from '../outgoing/movers.js';
import { sideBySide } from '../outgoing/side-by-side.js';
import { type Due, whatFailed } from './paths/sweep-path.js';
import { DailyLimits } from './planning/daily-limits.js';
import { DepositBalances } from './planning/deposit-balances.js';
import { dearGas } from './planning/obstacles.js';
import { type Sweep } from './sweep.entity.js';
import { SweepStates } from './sweep-states.js';
import { SweepsRepository } from './sweeps.repository.js';

/** Finds the planned sweeps whose turn it is: one thing at a time at each address. */
@Injectable()
export class DueSweeps {
  constructor(
    private readonly sweeps: SweepsRepository,
    private readonly states: SweepStates,
    private readonly balances: DepositBalances,
    private readonly limits: DailyLimits,
  ) {}

  /** Those that cannot go now wait, with the reason. */
  async of(round: Round): Promise<{ due: Due[]; failures: Failure[] }> {
    const next = nextOfEach(await this.sweeps.underWay(round.chain.chainId));
    const { done, failures } = await sideBySide(next, whatFailed, (sweep) => this.look(round, sweep));
    const found = done.filter((one) => one !== null);
    const due: Due[] = [];
    for (const { one, most } of await this.limits.share(round.chain, found)) {
      if (typeof most === 'bigint') due.push({ ...one, most });
      else await this.states.wait(one.sweep, most);
    }
    return { due, failures };
  }

  /** @returns null when it does not go now */
  private async look({ chain, quote, extent }: Round, sweep: Sweep): Promise<Omit<Due, 'most'> | null> {
    const dear = dearGas(chain, quote);
    if (dear !== null) {
      await this.states.wait(sweep, dear);
      return null;
    }
    const { final } = await this.balances.available(chain, extent, sweep.from, sweep.tokenAddress);
    if (final > 0n) return { sweep, final };
    await this.states.drop(chain, sweep);
    return null;
  }
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
