import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  type Failure,
  type Moved,
  type Mover,
  Movers,
  NOTHING_MOVED,
  type Round,
} from '../outgoing/movers.js';
import { NotSignedError } from '../outgoing/signing-gate.js';
import { tokenInService } from '../outgoing/signing-rules.js';
import { RefundCosts } from './refund-costs.js';
import { RefundFromDeposit } from './refund-from-deposit.js';
import { RefundFromPayout } from './refund-from-payout.js';
import { fails, type RefundOutcome, waits } from './refund-outcome.js';
import { RefundStates } from './refund-states.js';
import { type Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';

/** Pays the refunds that were asked for: one after the other, so that each sees what the one before took. */
@Injectable()
export class RefundMover implements Mover, OnModuleInit {
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
    const failures: Failure[] = [];
    let hasSigned = false;
    for (const refund of await this.refunds.created(round.chain.chainId)) {
      try {
        const outcome = await this.outcomeOf(round, refund);
        if (outcome.state === 'signed') hasSigned = true;
        else await this.states.note(refund, outcome);
      } catch (error) {
        if (error instanceof NotSignedError) {
          await this.noteOutcome(refund, outcomeOf(error), failures);
          continue;
        }
        failures.push({ what: `refund ${refund.id} was not paid`, error: error as Error });
        const untried = waits(`it could not be tried: ${(error as Error).message}`);
        await this.noteOutcome(refund, untried, failures);
      }
    }
    return { hasSigned, failures };
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

  private async noteOutcome(refund: Refund, outcome: RefundOutcome, failures: Failure[]): Promise<void> {
    try {
      await this.states.note(refund, outcome);
    } catch (error) {
      failures.push({ what: `what refund ${refund.id} waits for was not noted`, error: error as Error });
    }
  }
}

/** Where money must not go it never goes; all else may hold again. */
function outcomeOf({ code, message }: NotSignedError): RefundOutcome {
  return code === 'recipient' ? fails(message) : waits(message);
}
