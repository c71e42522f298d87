import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { isAnyOpenFrom } from '../outgoing/open-transactions.js';
import { holdPayments } from '../payments/hold-payments.js';
import { Refund, type RefundState } from './refund.entity.js';
import { type Address, type ChainId } from '../ids/ids.js';

const OPEN: RefundState[] = ['created', 'sent'];

@Injectable()
export class RefundsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Which of the payments have a refund that is not final. */
  async openAmong(manager: EntityManager, paymentIds: readonly string[]): Promise<Set<string>> {
    if (paymentIds.length === 0) return new Set();
    const rows = await manager.find(Refund, {
      select: { paymentId: true },
      where: { paymentId: In([...paymentIds]), state: In(OPEN) },
    });
    return new Set(rows.map(({ paymentId }) => paymentId));
  }

  /** Wei of a deposit address that refunds which wait to be sent are to be paid with. @param exceptId one not counted */
  async promisedAt(
    manager: EntityManager,
    { chainId, depositAddress }: Pick<Refund, 'chainId' | 'depositAddress'>,
    exceptId: string | null,
  ): Promise<bigint> {
    const [row] = await manager.query<{ sum: string }[]>(
      `SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE chain_id = $1 AND from_address = $2
         AND token_address IS NULL AND state = 'created' AND id IS DISTINCT FROM $3`,
      [chainId, depositAddress, exceptId],
    );
    return BigInt(row?.sum ?? 0);
  }

  /** Those to be sent, the first asked for first. */
  created(chainId: ChainId): Promise<Refund[]> {
    return this.dataSource.manager.find(Refund, {
      where: { chainId, state: 'created' },
      order: { id: 'ASC' },
    });
  }

  /** Of tokens, ended, whose deposit address was to have gas; what is left of it was not looked at yet. */
  withGasLeft(chainId: ChainId, limit: number): Promise<Refund[]> {
    return this.dataSource.manager
      .createQueryBuilder(Refund, 'refund')
      .where('refund.chain_id = :chainId', { chainId })
      .andWhere('refund.gas_settled = false')
      .andWhere(`refund.state IN ('confirmed', 'failed', 'cancelled')`)
      .orderBy('refund.id')
      .limit(limit)
      .getMany();
  }

  /** Notes that the gas left at a deposit address was looked at. */
  async settleGas(manager: EntityManager, chainId: ChainId, depositAddress: Address): Promise<void> {
    const ended = In<RefundState>(['confirmed', 'failed', 'cancelled']);
    const unsettled = { chainId, depositAddress, state: ended, isGasSettled: false };
    const found = await manager.find(Refund, { select: { id: true, paymentId: true }, where: unsettled });
    await holdPayments(manager, [...new Set(found.map(({ paymentId }) => paymentId))]);
    if (found.length > 0) await manager.update(Refund, unsettled, { isGasSettled: true });
  }

  /** Whether a transfer from the refund's deposit address is signed and not final. */
  isAddressBusy({ chainId, depositAddress }: Refund): Promise<boolean> {
    return isAnyOpenFrom(this.dataSource.manager, chainId, depositAddress);
  }

  /** The payments that outgoing transactions give money of back. */
  async paymentsOf(manager: EntityManager, outgoingIds: readonly string[]): Promise<string[]> {
    if (outgoingIds.length === 0) return [];
    const where = { outgoingId: In([...outgoingIds]) };
    const rows = await manager.find(Refund, { select: { id: true, paymentId: true }, where });
    return rows.map(({ paymentId }) => paymentId);
  }

  /** As it stands while its payment is held until the transaction ends: nobody else changes either meanwhile. */
  async lock(manager: EntityManager, { id, paymentId }: Pick<Refund, 'id' | 'paymentId'>): Promise<Refund> {
    await holdPayments(manager, [paymentId]);
    return manager.findOneByOrFail(Refund, { id });
  }

  byOutgoing(manager: EntityManager, outgoingId: string): Promise<Refund | null> {
    return manager.findOneBy(Refund, { outgoingId });
  }
}
