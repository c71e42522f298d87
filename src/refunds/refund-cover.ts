import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { confirmationsOf, requiredConfirmations } from '../chain/confirmations.js';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { type ChainConfig } from '../config/chains.js';
import { CHAINS } from '../config/configuration.module.js';
import { moneyIn } from '../payments/money-of.js';
import {
  type RefundDepositSubject,
  type RefundSubject,
  RefundSubjects,
} from '../payments/refund-subjects.js';
import { PayoutCover } from './payout-cover.js';
import { RefundQueries } from './refund-queries.js';
import { type Refund } from './refund.entity.js';

/** What keeps a refund from being paid now, or for good. */
export interface Uncovered {
  isForGood: boolean;
  reason: string;
}

/** Where the chain's own finality decides: no chain that has one takes longer to say so. */
const DEEP_ENOUGH = 128;

/** Whether what is to be given back is still there: a deep reorg may have taken it since the refund was asked for. */
@Injectable()
export class RefundCover {
  constructor(
    private readonly subjects: RefundSubjects,
    private readonly queries: RefundQueries,
    private readonly payout: PayoutCover,
    @Inject(CHAINS) private readonly chains: ChainConfig[],
  ) {}

  /**
   * Holds the payment, and the deposit, until the transaction ends.
   * @param paidBy whose caller holds it
   * @returns null: it is there
   */
  async lackOf(
    manager: EntityManager,
    refund: Refund,
    paidBy: 'deposit' | 'payout',
  ): Promise<Uncovered | null> {
    const lack = await this.ownLackOf(manager, refund);
    if (lack !== null || paidBy === 'deposit') return lack;
    const reason = await this.payout.whyNotYet(manager, refund);
    return reason === null ? null : { isForGood: false, reason };
  }

  private async ownLackOf(manager: EntityManager, refund: Refund): Promise<Uncovered | null> {
    if (refund.depositId === null) {
      const subject = await this.subjects.lock(manager, null, refund.paymentId);
      return ofPayment(subject, refund) ?? (await this.ofAll(manager, subject, refund));
    }
    const subject = await this.subjects.lockDeposit(manager, null, refund.depositId);
    const lack = await this.ofDeposit(manager, subject, refund);
    const ofCounted = subject?.deposit.counts === true ? ofPayment(subject, refund) : null;
    return lack ?? ofCounted ?? (await this.ofAll(manager, subject, refund));
  }

  /**
   * All refunds of an asset together, of the payment and of its deposits, never give back more than came: what counted
   * when it went back may be mined again as a deposit that does not, and the other way round. What counts is as deep by then
   * as the chain asks for so much: a payment of little asks for less, and anybody may send much to it.
   */
  private async ofAll(
    manager: EntityManager,
    subject: RefundSubject | null,
    refund: Refund,
  ): Promise<Uncovered | null> {
    const position = (await scannedPositions(manager, [refund.chainId])).get(refund.chainId);
    const head = position?.number ?? -1;
    const { received = 0n, confirmed = 0n } = (subject && moneyIn(subject, refund)) ?? {};
    const required = this.requiredByTiers({ ...refund, amount: received });
    const came = await this.subjects.arrived(manager, refund, {
      counted: head - (required ?? DEEP_ENOUGH) + 1,
      uncounted: head - this.requiredByChain(refund) + 1,
    });
    const { uncounted, ever } = came;
    const counted = required === null || confirmed < came.counted ? confirmed : came.counted;
    const sent = await this.queries.givenBackOf(manager, refund, ['sent', 'confirmed']);
    if (sent + refund.amount <= counted + uncounted) return null;
    return {
      isForGood: sent + refund.amount > ever,
      reason: `of what came to the payment’s address ${counted + uncounted} are final for now, and ${sent} went back`,
    };
  }

  private async ofDeposit(
    manager: EntityManager,
    subject: RefundDepositSubject | null,
    { amount, depositId }: Refund,
  ): Promise<Uncovered | null> {
    if (subject?.deposit.isThere !== true) {
      return { isForGood: false, reason: 'a reorg took the deposit away: it waits until it is mined again' };
    }
    const { deposit } = subject;
    const sent = await this.queries.returnedOf(manager, depositId as string, ['sent', 'confirmed']);
    if (sent + amount > deposit.amount) {
      return {
        isForGood: true,
        reason: `the deposit brought ${deposit.amount}, and ${sent} of it went back`,
      };
    }
    const position = (await scannedPositions(manager, [deposit.chainId])).get(deposit.chainId);
    const required = this.requiredOf(subject);
    const depth = position === undefined ? 0 : position.number - deposit.blockNumber + 1;
    if (depth >= required) return null;
    return { isForGood: false, reason: `the deposit is not final: it waits for ${required} confirmations` };
  }

  private requiredOf({ deposit }: RefundDepositSubject): number {
    if (!deposit.counts) return this.requiredByChain(deposit);
    return Math.max(deposit.requiredConfirmations ?? DEEP_ENOUGH, this.requiredByTiers(deposit) ?? 0);
  }

  private requiredByChain(money: Pick<Refund, 'chainId' | 'tokenAddress' | 'amount'>): number {
    return this.requiredByTiers(money) ?? DEEP_ENOUGH;
  }

  /** Null: the chain's own finality decides, whatever the amount, or the chain is not served here. */
  private requiredByTiers(money: Pick<Refund, 'chainId' | 'tokenAddress' | 'amount'>): number | null {
    const chain = this.chains.find(({ chainId }) => chainId === money.chainId);
    return chain ? requiredConfirmations(confirmationsOf(chain, money.tokenAddress), money.amount) : null;
  }
}

/** Of the asset that goes back alone: what came in another cannot pay for it. */
function ofPayment(subject: RefundSubject | null, refund: Refund): Uncovered | null {
  const { amount } = refund;
  const { received = 0n, confirmed = 0n, refunds = [] } = (subject && moneyIn(subject, refund)) ?? {};
  const sent = refunds
    .filter(({ state }) => state === 'sent' || state === 'confirmed')
    .reduce((sum, one) => sum + one.amount, 0n);
  if (sent + amount <= confirmed) return null;
  const isForGood = sent + amount > received;
  const reason = isForGood
    ? `a reorg took money of the payment away: it has ${received} now, and ${sent} of it were refunded`
    : `of what the payment received ${confirmed} are final for now, and ${sent} of it were refunded`;
  return { isForGood, reason };
}
