import { Injectable } from '@nestjs/common';
import { ChainService } from '../chain/chain.service.js';
import { isSilence, NodesSilentError } from '../chain/nodes-silent.error.js';
import { SigningPauses } from '../outgoing/signing-pauses.js';
import { type ChainConfig } from '../config/chains.js';
import { noChainNamed } from '../config/no-such-chain.error.js';
import { DomainError, ValidationFailedError } from '../http/problem.js';
import { createdBetween, type DatedPageQuery, wantedStatuses } from '../http/list-filters.js';
import { type Page, page } from '../http/page.js';
import { SweepRefusedError } from './planning/plan-facts.js';
import { SweepPlanner } from './planning/sweep-planner.js';
import { type Sweep, type SweepState } from './sweep.entity.js';
import {
  controlView,
  type ControlView,
  type PlannedView,
  plannedView,
  sweepView,
  type SweepView,
} from './sweep.view.js';
import { SweepsRepository } from './sweeps.repository.js';

export interface SweepQuery extends DatedPageQuery {
  status?: SweepState[];
  /** The same, by its older name. */
  state?: SweepState;
  chain?: string;
  payment_id?: string;
}

export interface SweepRun {
  /** Null: every chain that is swept. */
  chain: string | null;
  /** Null: all that may be swept. */
  paymentIds: readonly string[] | null;
  isForced: boolean;
  isDryRun: boolean;
}

/** Nothing can be swept now, on any chain asked for. */
export class NothingSweptError extends DomainError {
  readonly code = 'nothing_to_sweep';
}

/** What operators see of sweeps, and tell them. */
@Injectable()
export class SweepsService {
  constructor(
    private readonly chains: ChainService,
    private readonly planner: SweepPlanner,
    private readonly sweeps: SweepsRepository,
    private readonly pauses: SigningPauses,
  ) {}

  /** Newest first. @param merchantId null: of all */
  async list(merchantId: string | null, query: SweepQuery): Promise<Page<SweepView>> {
    const { chain, payment_id: paymentId, after, limit } = query;
    const narrowed = { statuses: wantedStatuses(query), ...createdBetween(query) };
    const chainId = chain === undefined ? undefined : this.chainNamed(chain).chainId;
    const rows = await this.sweeps.list({
      merchantId,
      ...narrowed,
      chainId,
      paymentId,
      after,
      limit: limit + 1,
    });
    return page(this.views(rows), limit, ({ id }) => id);
  }

  /**
   * Plans now what the schedule would plan later; the sweeping process sends it at its next step.
   * @throws ValidationFailedError, NothingSweptError; NodesSilentError when no node answers, and nothing else was planned
   */
  async run({ chain, ...options }: SweepRun): Promise<PlannedView[]> {
    const refusals: string[] = [];
    const planned: PlannedView[] = [];
    let silent: NodesSilentError | null = null;
    for (const one of chain === null ? this.chains.all() : [this.chainNamed(chain)]) {
      try {
        planned.push(...(await this.planner.plan(one, options)).map((each) => plannedView(each, one.name)));
      } catch (error) {
        if (error instanceof SweepRefusedError) refusals.push(error.message);
        else if (isSilence(error)) silent ??= new NodesSilentError(one.name, error.message);
        else throw error;
      }
    }
    if (planned.length === 0 && silent !== null) throw silent;
    if (planned.length === 0 && refusals.length > 0) throw new NothingSweptError(refusals.join('; '));
    return planned;
  }

  async control(): Promise<ControlView> {
    return controlView(await this.pauses.current());
  }

  /** Nothing new is signed by any process; what was sent is followed to its end. */
  async pause(reason: string | null): Promise<ControlView> {
    return controlView(await this.pauses.set(true, reason));
  }

  async resume(): Promise<ControlView> {
    return controlView(await this.pauses.set(false, null));
  }

  /** @throws ValidationFailedError, with the names there are */
  chainNamed(name: string): ChainConfig {
    const chain = this.chains.find(name);
    if (chain) return chain;
    throw new ValidationFailedError([{ field: 'chain', message: noChainNamed(name, this.chains.all()) }]);
  }

  private views(rows: readonly { sweep: Sweep; txHash: string | null }[]): SweepView[] {
    const names = new Map(this.chains.all().map(({ chainId, name }) => [chainId, name]));
    return rows.map(({ sweep, txHash }) =>
      sweepView(sweep, names.get(sweep.chainId) ?? `chain ${sweep.chainId}`, txHash),
    );
  }
}
