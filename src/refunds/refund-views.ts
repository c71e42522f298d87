import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { requireOneMoment } from '../database/one-moment.js';
import { hashesOf } from '../outgoing/outgoing.repository.js';
import { RefundSubjects } from '../payments/refund-subjects.js';
import { type Refund } from './refund.entity.js';
import { refundView, type RefundView } from './refund.view.js';

/** Refunds with what their views need beside them. */
@Injectable()
export class RefundViews {
  constructor(private readonly subjects: RefundSubjects) {}

  /** In the order given. */
  async of(manager: EntityManager, refunds: readonly Refund[]): Promise<RefundView[]> {
    if (refunds.length === 0) return [];
    requireOneMoment(manager, 'refunds and what they were sent as');
    const outgoingIds = refunds.map(({ outgoingId }) => outgoingId).filter((id) => id !== null);
    const hashes = await hashesOf(manager, outgoingIds);
    const assetAt = await this.subjects.assetsAt(manager, refunds);
    return refunds.map((refund) =>
      refundView(refund, {
        txHash: hashes.get(refund.outgoingId ?? '') ?? null,
        chain: this.subjects.chainName(refund.chainId),
        asset: assetAt(refund),
      }),
    );
  }

  async one(manager: EntityManager, refund: Refund): Promise<RefundView> {
    const [view] = await this.of(manager, [refund]);
    return view as RefundView;
  }
}
