import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { FinalHooks } from '../outgoing/final-hooks.js';
import { type OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** What the end of its transaction means for a refund: written, and announced, together with it. */
@Injectable()
export class RefundResults implements OnModuleInit {
  private readonly logger = new Logger('Refunds');

  constructor(
    private readonly hooks: FinalHooks,
    private readonly refunds: RefundsRepository,
    private readonly outgoing: OutgoingRepository,
    private readonly announcements: RefundAnnouncements,
    private readonly subjects: RefundSubjects,
  ) {}

  onModuleInit(): void {
    this.hooks.add({
      paymentsOf: (manager, outgoing) => this.paymentsOf(manager, outgoing),
      ended: (manager, outgoing) => this.ended(manager, outgoing),
      reopened: (manager, outgoing) => this.reopened(manager, outgoing),
    });
  }

  private async paymentsOf(
    manager: EntityManager,
    outgoing: readonly OutgoingTransaction[],
  ): Promise<string[]> {
    const ids = outgoing.filter(({ purpose }) => purpose === 'refund').map(({ id }) => id);
    return this.refunds.paymentsOf(manager, ids);
  }

  /** Its amount counts as on its way again, and is told of only if it ends in another way. */
  private async reopened(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'refund') return;
    const open = { state: 'sent' as const, failure: null, fee: null, finishedAt: null };
    const refund = await this.refunds.byOutgoing(manager, outgoing.id);
    if (!refund) return;
    await manager.update(Refund, { id: refund.id }, open);
    await this.subjects.advanceInNextStep(manager, refund.paymentId);
  }

  private async ended(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'refund') return;
    const refund = await this.refunds.byOutgoing(manager, outgoing.id);
    if (refund?.state !== 'sent') return;
    const fee = await this.outgoing.feeOf(manager, refund.id);
    const isFailed = outgoing.state === 'failed';
    await manager.update(
      Refund,
      { id: refund.id },
      {
        state: isFailed ? 'failed' : 'confirmed',
        failure: isFailed ? outgoing.reason : null,
        fee,
        finishedAt: databaseClock.now(),
      },
    );
    await this.announcements.announce(manager, refund.id);
    if (!isFailed) return;
    const line = { refund: refund.id, payment_id: refund.paymentId, reason: outgoing.reason };
    this.logger.error(line, 'refund failed');
  }
}
