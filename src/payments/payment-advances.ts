import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { agreedPositions } from '../chain/position/scanned-positions.js';
import { type ChainConfig } from '../config/chains.js';
import { LEFT_CHAINS, SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { EventCatalogue } from '../events/event-catalogue.js';
import { type NewEvent, Outbox } from '../events/outbox.js';
import { lateWatchMsOf } from './counting.js';
import { advance, type Facts, type Position } from './lifecycle.js';
import { type PaymentMove, PaymentMetrics } from './payment-metrics.js';
import { type PaymentRecord, PaymentRecords, shownAsset } from './payment-records.js';
import { type MovedPayment, savePayments } from './payment-update.js';
import { Payment } from './payment.entity.js';
import { paymentView } from './payment.view.js';
import { isSwept } from './swept.js';
import { countFromFailure } from './refund-facts.js';
import { type ChainId } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** Later than the end of every payment. */
const AFTER_ALL = new Date('9999-01-01T00:00:00Z');

/** Up to where a chain is known, for what depth and time move. */
export interface ChainPosition {
  chainId: ChainId;
  /** The last block, of those whose facts are committed with this, that no node contradicts: depth and time count by it. */
  agreed: { number: number; time: Date };
  /** The highest block up to `agreed` that the chain calls final; null where that is not asked. */
  finalNumber: number | null;
  /** As of `Position`. */
  isUnsure: boolean;
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
    @Inject(LEFT_CHAINS) private readonly left: readonly Pick<ChainConfig, 'chainId'>[],
  ) {
    this.lateWatchMs = lateWatchMsOf(settings);
  }

  /**
   * Those of the payments that the chain is an option of. The caller holds them: so what is read here stands until the
   * transaction ends, as refunds are asked for, and end, under the same lock, and other chains move payments under it.
   * @returns how many events were written
   */
  async advance(manager: EntityManager, ids: readonly string[], position: ChainPosition): Promise<number> {
    if (ids.length === 0) return 0;
    const payments = await manager
      .createQueryBuilder(Payment, 'payment')
      .where('payment.id = ANY(:ids)', { ids })
      .andWhere(
        'EXISTS (SELECT FROM payment_options option WHERE option.payment_id = payment.id AND option.chain_id = :chainId)',
        position,
      )
      .orderBy('payment.id')
      .getMany();
    const records = await this.records.of(manager, payments);
    const chains = await positionsOf(manager, records, position, this.left);
    const { agreed: scanned, finalNumber } = position;
    const now = databaseClock.now();
    const events: NewEvent[] = [];
    const moves: PaymentMove[] = [];
    const advanced = records.map((record) => {
      const { credits, refunds, options } = record;
      const payment: MovedPayment = { ...record.payment, options };
      const swept = isSwept(record);
      const { lateWatchMs } = this;
      const facts: Facts = { scanned, finalNumber, chains, credits, refunds, lateWatchMs, swept, now };
      const result = advance(payment, facts);
      for (const event of result.events) {
        const then = { ...record, payment: event.payment, options: [...event.payment.options] };
        const composed = this.catalogue.compose(event.type, { payment: paymentView(then) }, now);
        events.push({ ...composed, merchantId: payment.merchantId, paymentId: payment.id });
        moves.push({
          type: event.type,
          payment: event.payment,
          asset: shownAsset(then),
          paidAt: paidAt(then),
        });
      }
      return result.payment;
    });
    await savePayments(manager, advanced);
    const failed = moves.filter(({ type }) => type === 'payment.failed').map(({ payment: { id } }) => id);
    await countFromFailure(manager, failed);
    await this.outbox.append(manager, events);
    this.metrics.moved(manager, moves);
    return events.length;
  }
}

/**
 * The chain's own position, and as last committed those of the other chains that the payments may be paid on. Of one that
 * was left on purpose nothing more will be known: nobody waits for it, neither for the time of its blocks nor for what has
 * not been looked for in them. Should it be served again, what is found there undoes an end.
 */
async function positionsOf(
  manager: EntityManager,
  records: readonly PaymentRecord[],
  { chainId, agreed, finalNumber, isUnsure }: ChainPosition,
  left: readonly Pick<ChainConfig, 'chainId'>[],
): Promise<Map<number, Position>> {
  const named = records.flatMap(({ options }) => options.map((option) => option.chainId));
  const others = [...new Set(named)].filter((other) => other !== chainId);
  const positions: Map<number, Position> =
    others.length === 0 ? new Map<number, Position>() : await agreedPositions(manager, others);
  for (const { chainId: other } of left) {
    const { number = -1, finalNumber: final = null } = positions.get(other) ?? {};
    positions.set(other, { number, time: AFTER_ALL, finalNumber: final });
  }
  return positions.set(chainId, { ...agreed, finalNumber, isUnsure });
}

/** The time of the block with which what is due was reached; null: it was not. */
function paidAt({ options, credits }: PaymentRecord): Date | null {
  const last = credits.filter(({ option, blockNumber }) => blockNumber === options[option]?.detectedInBlock);
  return last.reduce<Date | null>(
    (latest, { blockTime }) => (latest === null || blockTime > latest ? blockTime : latest),
    null,
  );
}
