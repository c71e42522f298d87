import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { EventCatalogue } from '../events/event-catalogue.js';
import { depositEvent, depositState } from './counting.js';
import { depositView } from './deposit.view.js';
import { type DepositRecord, DepositsRepository } from './deposits.repository.js';
import { type NewEvent, Outbox } from '../events/outbox.js';
import { PaymentMetrics } from './payment-metrics.js';
import { paymentView, type PaymentView } from './payment.view.js';
import { PaymentRecords } from './payment-records.js';
import { toldOf } from './told-deposits.js';
import { Transfer } from './transfer.entity.js';

/** Tells merchants of deposits that do not count by themselves, once for each thing there is to say of one. */
@Injectable()
export class DepositAnnouncements {
  constructor(
    private readonly deposits: DepositsRepository,
    private readonly records: PaymentRecords,
    private readonly catalogue: EventCatalogue,
    private readonly outbox: Outbox,
    private readonly metrics: PaymentMetrics,
  ) {}

  /**
   * Inside the transaction that changed the transfers, which holds their rows.
   * @returns how many events were written
   */
  async announce(manager: EntityManager, transferIds: readonly string[], now: Date): Promise<number> {
    const due = await this.due(manager, transferIds);
    if (due.length === 0) return 0;
    const views = await this.viewsOf(manager, due);
    const events = due.map((record): NewEvent => {
      const { transfer, payment } = record;
      const type = depositEvent(transfer.announced, depositState(transfer)) as string;
      const subject = { payment: views.get(payment.id) as PaymentView, deposit: depositView(record) };
      const composed = this.catalogue.compose(type, subject, now);
      return { ...composed, merchantId: payment.merchantId, paymentId: payment.id };
    });
    await this.outbox.append(manager, events);
    await manager.query(
      'UPDATE transfers SET announced = new.state FROM jsonb_to_recordset($1::jsonb) AS new (id uuid, state varchar) WHERE transfers.id = new.id',
      [JSON.stringify(due.map(({ transfer }) => ({ id: transfer.id, state: depositState(transfer) })))],
    );
    this.metrics.announced(
      manager,
      due.map(({ transfer }) => ({ chainId: transfer.chainId, status: depositState(transfer) })),
    );
    return events.length;
  }

  /** Most transfers count, and were never anything else: those are not even read. Of very many new ones not all are told of. */
  private async due(manager: EntityManager, ids: readonly string[]): Promise<DepositRecord[]> {
    if (ids.length === 0) return [];
    const transfers = await manager
      .createQueryBuilder(Transfer, 'transfer')
      .where('transfer.id = ANY(:ids)', { ids })
      .andWhere('(transfer.uncounted_reason IS NOT NULL OR transfer.announced IS NOT NULL)')
      .orderBy('transfer.block_number')
      .addOrderBy('transfer.tx_hash')
      .addOrderBy('transfer.ordinal')
      .getMany();
    const untold = transfers.filter(
      (transfer) => depositEvent(transfer.announced, depositState(transfer)) !== null,
    );
    const news = new Set(toldOf(untold.filter(({ announced }) => announced === null)));
    const due = untold.filter((transfer) => transfer.announced !== null || news.has(transfer));
    return this.deposits.described(manager, due);
  }

  /** Each payment once, of however many deposits. */
  private async viewsOf(
    manager: EntityManager,
    due: readonly DepositRecord[],
  ): Promise<Map<string, PaymentView>> {
    const payments = new Map(due.map(({ payment }) => [payment.id, payment]));
    const records = await this.records.of(manager, [...payments.values()]);
    return new Map(records.map((record) => [record.payment.id, paymentView(record)]));
  }
}
