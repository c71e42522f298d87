import { type EntityManager, type FindOptionsWhere } from 'typeorm';
import { holdPayments } from './hold-payments.js';
import { Transfer } from './transfer.entity.js';

/**
 * A deposit as it stands while its payment is held until the transaction ends: nobody else changes either meanwhile.
 * Null: there is none, or a reorg had it give way to another.
 */
export async function heldDeposit(
  manager: EntityManager,
  where: FindOptionsWhere<Transfer> & { id: string },
): Promise<Transfer | null> {
  const found = await manager.findOne(Transfer, { select: { id: true, paymentId: true }, where });
  if (found === null) return null;
  await holdPayments(manager, [found.paymentId]);
  return manager.findOneBy(Transfer, where);
}
