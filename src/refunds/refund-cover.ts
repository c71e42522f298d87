import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { scannedPositions } from '../chain/position/scanned-positions.js';
import { type ChainConfig } from '../config/chains.js';
import { type Round } from '../outgoing/movers.js';
import { moneyIn } from '../payments/money-of.js';
import {
  type RefundDepositSubject,
  type RefundSubject,
  RefundSubjects,
} from '../payments/refund-subjects.js';
import { type Agreed, finalUpTo } from '../scanner/scanned-chain.js';
import { depositFinalUpTo, finalBy } from './final-up-to.js';
import { PayoutCover } from './payout-cover.js';
import { RefundQueries } from './refund-queries.js';
import { type Refund } from './refund.entity.js';

/** What keeps a refund from being paid now, or for good. */
export interface Uncovered {
  isForGood: boolean;
  reason: string;
}

/** A chain, and what depth is counted from on it. */
interface Final {
  chain: ChainConfig;
  agreed: Agreed;
}

type Known = Pick<Round, 'chain' | 'extent'>;

/** Whether what is to be given back is still there: a deep reorg may have taken it since the refund was asked for. */
@Injectable()
export class RefundCover {
  constructor(
    private readonly subjects: RefundSubjects,
    private readonly queries: RefundQueries,
    private readonly payout: PayoutCover,
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
    known: Known,
  ): Promise<Uncovered | null> {
    const lack = await this.ownLackOf(manager, refund, known);
    if (lack !== null || paidBy === 'deposit') return lack;
    const { chain, agreed } = await finalNow(manager, known);
    const reason = await this.payout.whyNotYet(manager, refund, chain, agreed.agreedNumber);
    return reason === null ? null : { isForGood: false, reason };
  }

  private async ownLackOf(manager: EntityManager, refund: Refund, known: Known): Promise<Uncovered | null> {
    if (refund.depositId === null) {
      const subject = await this.subjects.lock(manager, null, refund.paymentId);
      const lack = ofPayment(subject, refund);
      return lack ?? (await this.ofAll(manager, subject, refund, await finalNow(manager, known)));
    }
    const subject = await this.subjects.lockDeposit(manager, null, refund.depositId);
    const final = await finalNow(manager, known);
    const lack = await this.ofDeposit(manager, subject, refund, final);
    const ofCounted = subject?.deposit.counts === true ? ofPayment(subject, refund) : null;
    return lack ?? ofCounted ?? (await this.ofAll(manager, subject, refund, final));
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
    { chain, agreed }: Final,
  ): Promise<Uncovered | null> {
    const { received = 0n, confirmed = 0n } = (subject && moneyIn(subject, refund)) ?? {};
    const { tokenAddress, amount } = refund;
    const came = await this.subjects.arrived(manager, refund, {
      counted: finalUpTo(chain, agreed, { tokenAddress, amount: received }),
      uncounted: finalUpTo(chain, agreed, { tokenAddress, amount }),
    });
    const { uncounted, ever } = came;
    const counted = confirmed < came.counted ? confirmed : came.counted;
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
    { chain, agreed }: Final,
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
    if (deposit.blockNumber <= depositFinalUpTo(chain, agreed, deposit)) return null;
    return {
      isForGood: false,
      reason: 'the deposit is not final: it waits until a reorg cannot take it away',
    };
  }
}

/** For whoever holds the payment: a reorg that was waited for has moved the scan back by then. */
async function finalNow(manager: EntityManager, { chain, extent }: Known): Promise<Final> {
  const scanned = (await scannedPositions(manager, [chain.chainId])).get(chain.chainId);
  return { chain, agreed: finalBy(extent, scanned?.number ?? -1) };
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
