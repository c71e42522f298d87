import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type Chain } from '../chain/chain.js';
import { type ChainConfig } from '../config/chains.js';
import { GasTank } from '../outgoing/gas-tank.js';
import { type Failure, type Moved, type Mover, Movers, type Round } from '../outgoing/movers.js';
import { DueSweeps } from './due-sweeps.js';
import { BatchedTransfers } from './paths/batched-transfers.js';
import { SingleTransfers } from './paths/single-transfers.js';
import { type Due, type SweepPath, whatFailed } from './paths/sweep-path.js';
import { SweepPlanner } from './planning/sweep-planner.js';
import { batchesFor } from '../outgoing/sweep-rules.js';

const WHOLE_PLAN = { paymentIds: null, isForced: false, isDryRun: false };

/** The sweeps' turn in a round: planned when that is due, then moved on, each by the path of its chain and asset. */
@Injectable()
export class SweepMover implements Mover, OnModuleInit {
  private readonly logger = new Logger('Sweeper');
  /** Chains that are to be planned at their next turn. */
  private readonly planDue = new Set<number>();

  constructor(
    private readonly movers: Movers,
    private readonly tank: GasTank,
    private readonly planner: SweepPlanner,
    private readonly due: DueSweeps,
    private readonly single: SingleTransfers,
    private readonly batched: BatchedTransfers,
  ) {}

  onModuleInit(): void {
    this.movers.add('sweeps', this);
  }

  /** Has the chain's next turn plan sweeps. */
  planNext({ chainId }: Pick<ChainConfig, 'chainId'>): void {
    this.planDue.add(chainId);
  }

  async move(round: Round): Promise<Moved> {
    const failures: Failure[] = await this.planIfDue(round.chain);
    if (round.isPaused) return { hasSigned: false, failures };
    const { due, failures: unseen, isOutdated } = await this.due.of(round);
    failures.push(...unseen);
    if (isOutdated) this.planNext(round.chain);
    let hasSigned = false;
    for (const [path, own] of this.byPath(round.chain, due)) {
      try {
        const moved = await path.move(round, own);
        hasSigned ||= moved.hasSigned;
        failures.push(...moved.failures);
      } catch (error) {
        failures.push(...own.map(({ sweep }) => ({ what: whatFailed(sweep), error: error as Error })));
      }
    }
    return { hasSigned, failures };
  }

  private async planIfDue(chain: Chain): Promise<Failure[]> {
    if (!this.planDue.has(chain.chainId)) return [];
    try {
      await this.tank.inspect(chain);
      await this.planner.plan(chain, WHOLE_PLAN);
    } catch (error) {
      return [{ what: 'sweeps could not be planned', error: error as Error }];
    }
    this.planDue.delete(chain.chainId);
    this.logger.debug({ chain: chain.name }, 'looked for what to sweep');
    return [];
  }

  private byPath(chain: Chain, due: readonly Due[]): [SweepPath, Due[]][] {
    const isBatched = ({ sweep }: Due) => batchesFor(chain, sweep.tokenAddress) !== undefined;
    return [
      [this.single, due.filter((one) => !isBatched(one))],
      [this.batched, due.filter(isBatched)],
    ];
  }
}
