import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { RefundAnnouncements } from './refund-announcements.js';
import { type RefundOutcome } from './refund-outcome.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** Writes why a refund was not paid: for now, or for good. */
@Injectable()
export class RefundStates {
  private readonly logger = new Logger('Refunds');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly refunds: RefundsRepository,
    private readonly announcements: RefundAnnouncements,
  ) {}

  async note(refund: Refund, outcome: RefundOutcome): Promise<void> {
    if (outcome.state === 'waits') await this.wait(refund, outcome.reason);
    if (outcome.state === 'fails') await this.fail(refund, outcome.reason);
  }

  private async wait(refund: Refund, waitsFor: string): Promise<void> {
    if (refund.waitsFor === waitsFor) return;
    await this.dataSource.manager.update(Refund, { id: refund.id, state: 'created' }, { waitsFor });
    this.logger.warn({ refund: refund.id, payment_id: refund.paymentId, reason: waitsFor }, 'refund waits');
  }

  private async fail(refund: Refund, failure: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const now = await this.refunds.lock(manager, refund);
      if (now.state !== 'created') return;
      await manager.update(
        Refund,
        { id: refund.id },
        { state: 'failed', failure, waitsFor: null, finishedAt: databaseClock.now() },
      );
      await this.announcements.announce(manager, refund.id);
    });
    this.logger.error({ refund: refund.id, payment_id: refund.paymentId, reason: failure }, 'refund failed');
  }
}
