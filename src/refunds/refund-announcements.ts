import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { Outbox } from '../events/outbox.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { RefundMetrics } from './refund-metrics.js';
import { Refund } from './refund.entity.js';
import { RefundViews } from './refund-views.js';
import { type RefundView } from './refund.view.js';
import { databaseClock } from '../database/database-clock.js';

/** Writes a refund and the event that tells of its state together. */
@Injectable()
export class RefundAnnouncements {
  constructor(
    private readonly views: RefundViews,
    private readonly subjects: RefundSubjects,
    private readonly catalogue: EventCatalogue,
    private readonly outbox: Outbox,
    private readonly metrics: RefundMetrics,
  ) {}

  /**
   * Inside the transaction that changed it, unless it was announced before; and has the payment looked at again, since what is
   * due may be covered by now, or no longer.
   */
  async announce(manager: EntityManager, refundId: string): Promise<RefundView> {
    const refund = await manager.findOneByOrFail(Refund, { id: refundId });
    const view = await this.views.one(manager, refund);
    await this.subjects.advanceInNextStep(manager, refund.paymentId);
    if (refund.announced === refund.state) return view;
    await this.subjects.stepVersion(manager, refund.paymentId);
    const subject = await this.subjects.lock(manager, null, refund.paymentId);
    if (!subject) throw new Error(`refund ${refundId} has no payment`);
    await manager.update(Refund, { id: refundId }, { announced: refund.state });
    const composed = this.catalogue.compose(
      `refund.${refund.state}`,
      { payment: subject.view, extra: { refund: view } },
      databaseClock.now(),
    );
    const { merchantId, paymentId } = refund;
    await this.outbox.append(manager, [{ ...composed, merchantId, paymentId }]);
    this.metrics.moved(manager, refund);
    return view;
  }
}
