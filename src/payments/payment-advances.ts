import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { type NewEvent, Outbox } from '../events/outbox.js';
import { lateWatchMsOf } from './counting.js';
import { advance } from './lifecycle.js';
import { type PaymentMove, PaymentMetrics } from './payment-metrics.js';
import { PaymentRecords } from './payment-records.js';
import { savePayments } from './payment-update.js';
import { Payment } from './payment.entity.js';
import { type Transfer } from './transfer.entity.js';
import { paymentView } from './payment.view.js';
import { type ChainId } from '../ids/ids.js';

/** Up to where a chain is known, for what depth and time move. */
export interface ChainPosition {
  chainId: ChainId;
  /** The last block, of those whose facts are committed with this, that no node contradicts: depth and time count by it. */
  agreed: { number: number; time: Date };
  /** The highest block up to `agreed` that the chain calls final; null where that is not asked. */
  finalNumber: number | null;
}

/** Moves payments by what is known of them, and writes their events: in one transaction, which holds their rows. */
@Injectable()
export class PaymentAdvances {
  private readonly lateWatchMs: number;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly records: PaymentRecords,
    private readonly catalogue: EventCatalogue,
    private readonly outbox: Outbox,
    private readonly metrics: PaymentMetrics,
  ) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /** @returns how many events were written */
  async advance(manager: EntityManager, ids: readonly string[], position: ChainPosition): Promise<number> {
    if (ids.length === 0) return 0;
    // In one order everywhere, so that two transactions can never wait for each other's rows.
    const payments = await manager.find(Payment, {
      where: { id: In([...ids]), chainId: position.chainId },
      order: { id: 'ASC' },
      lock: { mode: 'pessimistic_write' },
    });
    // Read after the rows are held: refunds are asked for, and end, under the same lock.
    const records = await this.records.of(manager, payments);
    const { agreed: scanned, finalNumber } = position;
    const now = new Date();
    const events: NewEvent[] = [];
    const moves: PaymentMove[] = [];
    const advanced = records.map((record) => {
      const { payment, credits, refunds } = record;
      const swept = payment.sweep !== null;
      const facts = { scanned, finalNumber, credits, refunds, lateWatchMs: this.lateWatchMs, swept, now };
      const result = advance(payment, facts);
      for (const event of result.events) {
        const view = paymentView({ ...record, payment: event.payment });
        const composed = this.catalogue.compose(event.type, { payment: view }, now);
        events.push({ ...composed, merchantId: payment.merchantId, paymentId: payment.id });
        moves.push({ ...event, asset: record.asset, paidAt: paidAt(event.payment, credits) });
      }
      return result.payment;
    });
    await savePayments(manager, advanced);
    await this.outbox.append(manager, events);
    this.metrics.moved(manager, moves);
    return events.length;
  }
}

/** The time of the block with which what is due was reached; null: it was not. */
function paidAt({ detectedInBlock }: Payment, credits: readonly Transfer[]): Date | null {
  return credits.find(({ blockNumber }) => blockNumber === detectedInBlock)?.blockTime ?? null;
}
