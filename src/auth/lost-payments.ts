import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { MerchantNotFoundError } from './auth.errors.js';
import { Merchant } from './merchant.entity.js';
import { databaseClock } from '../database/database-clock.js';

const NAME = 'payments lost with a database';

/**
 * The merchant who is notified of money of payments that are lost, as after a restore. Where there are several, whose
 * payments they were is not known, and no merchant may see another's money: then one of its own, made here.
 * @param wanted the operator's choice; null: none
 * @returns null where there is no merchant at all, so that nobody had payments
 * @throws MerchantNotFoundError
 */
export async function merchantForLostPayments(
  manager: EntityManager,
  wanted: string | null,
): Promise<string | null> {
  if (wanted !== null) {
    if (!(await manager.existsBy(Merchant, { id: wanted }))) throw new MerchantNotFoundError(wanted);
    return wanted;
  }
  const [first, second] = await manager.find(Merchant, { order: { id: 'ASC' }, take: 2 });
  if (!first || !second) return first?.id ?? null;
  const known = await manager.findOneBy(Merchant, { name: NAME });
  if (known) return known.id;
  const merchant = { id: uuidv7(), name: NAME, underpaymentToleranceBps: 0, createdAt: databaseClock.now() };
  await manager.insert(Merchant, merchant);
  return merchant.id;
}
