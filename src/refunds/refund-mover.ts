import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type Failure,
  type Moved,
  type Mover,
  Movers,
  NOTHING_MOVED,
  type Round,
} from '../outgoing/movers.js';
import { sideBySide, TURN_MS } from '../outgoing/side-by-side.js';
import { NotSignedError } from '../outgoing/signing-gate.js';
import { tokenInService } from '../outgoing/signing-rules.js';
import { SlowItems } from '../outgoing/slow-items.js';
import { LongestWaiting } from '../outgoing/longest-waiting.js';
import { RefundCosts } from './refund-costs.js';
import { RefundFromDeposit } from './refund-from-deposit.js';
import { RefundFromPayout } from './refund-from-payout.js';
import { fails, type RefundOutcome, waits } from './refund-outcome.js';
import { RefundStates } from './refund-states.js';
import { type ChainId } from '../ids/ids.js';
import { type Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';

/**
 * Pays the refunds that were asked for: of one deposit address one after the other, of several side by side, so that a
 * recipient for whom nodes take long keeps nobody else waiting.
 */
@Injectable()
export class RefundMover implements Mover, OnModuleInit {
  private readonly slow = new SlowItems();
  /** By chain: each has its own rounds. */
  private readonly turns = new Map<ChainId, LongestWaiting>();

  constructor(
    private readonly movers: Movers,
    private readonly refunds: RefundsRepository,
    private readonly states: RefundStates,
    private readonly deposit: RefundFromDeposit,
    private readonly payout: RefundFromPayout,
    private readonly costs: RefundCosts,
  ) {}

  onModuleInit(): void {
    this.movers.add('refunds', this);
  }

  async move(round: Round): Promise<Moved> {
    if (round.isPaused) return NOTHING_MOVED;
    const endsAt = this.slow.now() + TURN_MS;
    const created = await this.refunds.created(round.chain.chainId);
    const inOrder = this.turnsOn(round.chain.chainId).inOrder(
      created,
      ({ depositAddress }) => depositAddress,
    );
    const { done, failures } = await sideBySide(
      byAddress(this.slow.inTurn(inOrder, ({ id }) => id)),
      ([{ depositAddress }]) => `refunds from ${depositAddress} were not paid`,
      (own) => this.payEach(round, own, endsAt),
      { slow: this.slow, more: this.cameMeanwhile(round, created) },
    );
    return {
      hasSigned: done.some(({ hasSigned }) => hasSigned),
      failures: [...failures, ...done.flatMap((one) => one.failures)],
    };
  }

  private turnsOn(chainId: ChainId): LongestWaiting {
    const turns = this.turns.get(chainId) ?? new LongestWaiting();
    this.turns.set(chainId, turns);
    return turns;
  }

  /** Those asked for since, at addresses that have had no turn in this round. */
  private cameMeanwhile({ chain }: Round, before: readonly Refund[]): () => Promise<[Refund, ...Refund[]][]> {
    const had = new Set(before.map(({ depositAddress }) => depositAddress));
    return async () => {
      const now = await this.refunds.created(chain.chainId);
      const came = now.filter(({ depositAddress }) => !had.has(depositAddress));
      for (const { depositAddress } of came) had.add(depositAddress);
      return byAddress(came);
    };
  }

  /** One after the other, so that each sees what the one before took. */
  private async payEach(round: Round, own: readonly Refund[], endsAt: number): Promise<Moved> {
    const failures: Failure[] = [];
    let hasSigned = false;
    for (const refund of own) {
      if (this.slow.now() >= endsAt) break;
      this.turnsOn(round.chain.chainId).had(refund.depositAddress);
      try {
        if (await this.slow.watch(refund.id, () => this.pay(round, refund))) hasSigned = true;
      } catch (error) {
        failures.push({ what: `refund ${refund.id} was not paid`, error: error as Error });
      }
    }
    return { hasSigned, failures };
  }

  /** @returns whether something was signed */
  private async pay(round: Round, refund: Refund): Promise<boolean> {
    try {
      const outcome = await this.outcomeOf(round, refund);
      if (outcome.state === 'signed') return true;
      await this.states.note(refund, outcome);
      return false;
    } catch (error) {
      if (error instanceof NotSignedError) {
        await this.states.note(refund, outcomeOf(error));
        return false;
      }
      await this.states.note(refund, waits(`it could not be tried: ${(error as Error).message}`));
      throw error;
    }
  }

  /** From the deposit address while the money is there, else from the payout account. */
  private async outcomeOf(round: Round, refund: Refund): Promise<RefundOutcome> {
    // What is on its way from the address may be this refund's money: then it comes from elsewhere, a moment later.
    if (await this.refunds.isAddressBusy(refund)) {
      return waits('something is on its way from the deposit address already');
    }
    const { chain } = round;
    const problem = refund.tokenAddress === null ? null : chain.tokenProblem(refund.tokenAddress);
    const broken = tokenInService({ tokenProblem: problem?.reason ?? null });
    if (broken !== null) return waits(broken.reason);
    const tooDear = await this.costs.whyTooDearNow(refund, round.quote);
    if (tooDear !== null) return waits(tooDear);
    return (await this.deposit.pay(round, refund)) ?? this.payout.pay(round, refund);
  }
}

/** The first asked for first, as they come. */
function byAddress(refunds: readonly Refund[]): [Refund, ...Refund[]][] {
  const groups = new Map<string, [Refund, ...Refund[]]>();
  for (const refund of refunds) {
    const own = groups.get(refund.depositAddress);
    if (own === undefined) groups.set(refund.depositAddress, [refund]);
    else own.push(refund);
  }
  return [...groups.values()];
}

/** Where money must not go it never goes; all else may hold again. */
function outcomeOf({ code, message }: NotSignedError): RefundOutcome {
  return code === 'recipient' ? fails(message) : waits(message);
}
