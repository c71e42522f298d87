import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { type Circumstances } from '../outgoing/outgoing-follower.js';
import { BatchedTransfers } from './paths/batched-transfers.js';
import { DailyLimits } from './planning/daily-limits.js';
import { DepositBalances } from './planning/deposit-balances.js';
import { dearGas } from './planning/obstacles.js';
import { sideBySide } from './side-by-side.js';
import { SingleTransfers } from './paths/single-transfers.js';
import { batchesFor, type Due, type SweepPath } from './planning/sweep-path.js';
import { SweepRows } from './sweep-rows.js';
import { type Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';

/** Moves planned sweeps on, each by the path of its chain and asset. One thing at a time at each address. */
@Injectable()
export class SweepSteps {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sweeps: SweepsRepository,
    private readonly rows: SweepRows,
    private readonly balances: DepositBalances,
    private readonly limits: DailyLimits,
    private readonly single: SingleTransfers,
    private readonly batched: BatchedTransfers,
  ) {}

  /**
   * @returns whether anything was signed, which waits to be broadcast
   * @throws RpcError: what was not done yet is done at the next step
   */
  async step(chain: ChainConfig, circumstances: Circumstances): Promise<boolean> {
    if (circumstances.isPaused) return false;
    const next = nextOfEach(await this.sweeps.underWay(chain.chainId));
    const { done, failure } = await sideBySide(next, (sweep) => this.look(chain, sweep, circumstances));
    const due = await this.withinLimits(
      chain,
      done.filter((one) => one !== null),
    );
    let hasSigned = false;
    let firstFailure = failure;
    for (const [path, own] of this.byPath(chain, due)) {
      try {
        if (await path.move(chain, own, circumstances)) hasSigned = true;
      } catch (error) {
        firstFailure ??= error as Error;
      }
    }
    if (firstFailure !== null) throw firstFailure;
    return hasSigned;
  }

  /** @returns null when it does not go now */
  private async look(
    chain: ChainConfig,
    sweep: Sweep,
    { quote, extent }: Circumstances,
  ): Promise<Omit<Due, 'most'> | null> {
    const dear = dearGas(chain, quote);
    if (dear !== null) {
      await this.rows.wait(sweep, dear);
      return null;
    }
    const { final } = await this.balances.available(chain, extent, sweep.from, sweep.tokenAddress);
    if (final > 0n) return { sweep, final };
    await this.rows.drop(chain, sweep);
    return null;
  }

  /** One after the other, so that together they stay below what a day may move. */
  private async withinLimits(chain: ChainConfig, looked: readonly Omit<Due, 'most'>[]): Promise<Due[]> {
    const taken = new Map<string | null, bigint>();
    const due: Due[] = [];
    for (const { sweep, final } of looked) {
      const { tokenAddress } = sweep;
      const before = taken.get(tokenAddress) ?? 0n;
      const most = await this.limits.mostFor(this.dataSource.manager, chain, tokenAddress, final, before);
      if (typeof most !== 'bigint') {
        await this.rows.wait(sweep, most);
        continue;
      }
      taken.set(tokenAddress, before + most);
      due.push({ sweep, final, most });
    }
    return due;
  }

  private byPath(chain: ChainConfig, due: readonly Due[]): [SweepPath, Due[]][] {
    const isBatched = ({ sweep }: Due) => batchesFor(chain, sweep.tokenAddress) !== undefined;
    return [
      [this.single, due.filter((one) => !isBatched(one))],
      [this.batched, due.filter(isBatched)],
    ];
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
