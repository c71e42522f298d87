import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inTurn } from '../http/in-turn.js';
import { liftShare } from '../outgoing/outgoing.repository.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { RefundQueries } from './refund-queries.js';
import { RefundViews } from './refund-views.js';
import { Refund } from './refund.entity.js';
import { RefundNotFoundError, RefundNotWaitingError } from './refund.errors.js';
import { type RefundView } from './refund.view.js';
import { databaseClock } from '../database/database-clock.js';

/** What may be done with a refund while it waits to be signed. Signing holds the same payment: one of the two is first. */
@Injectable()
export class RefundActions {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly queries: RefundQueries,
    private readonly views: RefundViews,
    private readonly announcements: RefundAnnouncements,
  ) {}

  /**
   * Nothing has moved, and nothing will: its amount counts again. A second time changes nothing.
   * @throws RefundNotFoundError also when it is another merchant's
   * @throws RefundNotWaitingError once it is signed, or has ended
   */
  cancel(merchantId: string, id: string): Promise<RefundView> {
    return inTurn(this.dataSource, id, async (manager) => {
      const refund = await this.held(manager, merchantId, id);
      if (refund.state === 'cancelled') return this.views.one(manager, refund);
      if (refund.state !== 'created') throw new RefundNotWaitingError(id, refund.state);
      const end = { state: 'cancelled' as const, waitsFor: null, finishedAt: databaseClock.now() };
      await manager.update(Refund, { id, state: 'created' }, end);
      return this.announcements.announce(manager, id);
    });
  }

  /**
   * For the operator: it is paid though its gas costs more than the rules allow, of whichever merchant it is. One that is
   * signed, and for which gas has become too dear since, is signed again with as much as it takes.
   * @throws RefundNotFoundError
   * @throws RefundNotWaitingError once it is mined, or has ended
   */
  force(id: string): Promise<RefundView> {
    return inTurn(this.dataSource, id, async (manager) => {
      // Before its payment is held, as everywhere.
      const lifted = await liftShare(manager, id);
      const refund = await this.held(manager, null, id);
      const { state } = refund;
      if (state !== 'created' && !(state === 'sent' && lifted > 0))
        throw new RefundNotWaitingError(id, state);
      await manager.update(Refund, { id, state }, { isForced: true });
      return this.views.one(manager, refund);
    });
  }

  private async held(manager: EntityManager, merchantId: string | null, id: string): Promise<Refund> {
    const refund = await this.queries.hold(manager, merchantId, id);
    if (!refund) throw new RefundNotFoundError(id);
    return refund;
  }
}
