import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { inTurn } from '../http/in-turn.js';
import { createdBetween } from '../http/list-filters.js';
import { type Page, page } from '../http/page.js';
import { depositState, doesCount, type Resolution } from './counting.js';
import { DepositAnnouncements } from './deposit-announcements.js';
import { depositView, type DepositView } from './deposit.view.js';
import { type DepositRecord, DepositsRepository } from './deposits.repository.js';
import { type ListDepositsDto } from './dto/deposit.dto.js';
import { DepositNotFoundError, DepositResolvedError } from './payment.errors.js';
import { advanceInNextStep } from './next-step.js';
import { Transfer } from './transfer.entity.js';
import { databaseClock } from '../database/database-clock.js';

/** What merchants see and make of money that reached their addresses. */
@Injectable()
export class DepositsService {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly deposits: DepositsRepository,
    private readonly announcements: DepositAnnouncements,
  ) {}

  /** Newest first. */
  async list(merchantId: string, query: ListDepositsDto): Promise<Page<DepositView>> {
    const { limit, after, assigned, chain, status: statuses, address, tx_hash: txHash } = query;
    const exactly = { assigned, chain, statuses, address, txHash, paymentId: query.payment_id };
    const filter = { ...exactly, ...createdBetween(query), limit: limit + 1, after };
    const records = await this.deposits.list(merchantId, filter);
    return page(records.map(depositView), limit, ({ id }) => id);
  }

  /** What of these payments' deposits is unassigned, the newest of each first. */
  async unassignedOf(
    manager: EntityManager,
    paymentIds: readonly string[],
    mostOfEach: number,
  ): Promise<DepositView[]> {
    return (await this.deposits.unassignedOf(manager, paymentIds, mostOfEach)).map(depositView);
  }

  /** @throws DepositNotFoundError also when it is another merchant's */
  async get(merchantId: string, id: string): Promise<DepositView> {
    const record = await this.deposits.find(merchantId, id);
    if (!record) throw new DepositNotFoundError(id);
    return depositView(record);
  }

  /**
   * Takes a deposit that did not count by itself as settled by hand. Late money of the right asset counts towards its
   * payment from then on, which moves at the scanner's next step; anything else cannot be added to the amount due, and
   * is no longer listed as unassigned. A second time changes nothing.
   * @throws DepositNotFoundError
   * @throws DepositResolvedError when it counts already, all of it goes back, or a reorg took it away
   */
  accept(merchantId: string, id: string): Promise<DepositView> {
    return this.resolve(merchantId, id, 'accepted', ['unassigned', 'ignored']);
  }

  /**
   * Leaves a deposit: it is no longer listed as unassigned, and may still be accepted. A second time changes nothing.
   * @throws DepositNotFoundError
   * @throws DepositResolvedError when it counts, was accepted, or a reorg took it away
   */
  ignore(merchantId: string, id: string): Promise<DepositView> {
    return this.resolve(merchantId, id, 'ignored', ['unassigned']);
  }

  private async resolve(
    merchantId: string,
    id: string,
    resolution: Resolution,
    from: readonly string[],
  ): Promise<DepositView> {
    return inTurn(this.dataSource, id, async (manager) => {
      const record = await this.deposits.lock(manager, merchantId, id);
      if (!record) throw new DepositNotFoundError(id);
      const state = depositState(record.transfer);
      if (state === resolution) return depositView(record);
      if (state !== 'unassigned' && !from.includes(state)) throw new DepositResolvedError(id, state);
      if (resolution === 'accepted' && wouldCount(record) && !isAnythingLeft(record))
        throw new DepositResolvedError(id, 'refunded');
      return this.resolved(manager, record, resolution);
    });
  }

  private async resolved(
    manager: EntityManager,
    record: DepositRecord,
    resolution: Resolution,
  ): Promise<DepositView> {
    const now = databaseClock.now();
    const transfer = { ...record.transfer, resolution, resolvedAt: now };
    await manager.update(Transfer, { id: transfer.id }, { resolution, resolvedAt: now });
    await this.announcements.announce(manager, [transfer.id], now);
    if (doesCount(transfer)) await advanceInNextStep(manager, transfer.paymentId);
    return depositView({ ...record, transfer });
  }
}

/** Once it is accepted. */
function wouldCount({ transfer }: DepositRecord): boolean {
  return doesCount({ ...transfer, resolution: 'accepted' });
}

function isAnythingLeft({ transfer, back: { refunded, promised } }: DepositRecord): boolean {
  return refunded + promised < transfer.amount;
}
