import { type EntityManager, MoreThan } from 'typeorm';
import { Payment } from './payment.entity.js';
import { type Address, type ChainId } from '../ids/ids.js';

const ADDRESSES_A_PAGE = 500;

/** Every deposit address there is, some at a time, in the order of their payments. */
export async function* depositAddresses(
  manager: EntityManager,
): AsyncGenerator<Pick<Payment, 'id' | 'address' | 'derivationIndex'>[]> {
  let after: string | null = null;
  for (;;) {
    const rows: Payment[] = await manager.find(Payment, {
      select: { id: true, address: true, derivationIndex: true },
      where: after === null ? {} : { id: MoreThan(after) },
      order: { id: 'ASC' },
      take: ADDRESSES_A_PAGE,
    });
    if (rows.length > 0) yield rows;
    if (rows.length < ADDRESSES_A_PAGE) return;
    after = rows.at(-1)?.id ?? null;
  }
}

/** The payment that an address was given to; null: none. @param address lower-case */
export async function paymentAt(manager: EntityManager, address: Address): Promise<string | null> {
  const payment = await manager.findOne(Payment, { select: { id: true }, where: { address } });
  return payment?.id ?? null;
}

/**
 * Deposit addresses that a token claimed to have moved absurd amounts to: what it says of their balances proves nothing.
 * @returns `address token`, both lower-case
 */
export async function absurdlyPaid(manager: EntityManager, chainId: ChainId): Promise<Set<string>> {
  const rows = await manager.query<{ place: string }[]>(
    `SELECT DISTINCT to_address || ' ' || token_address AS place FROM transfers
     WHERE chain_id = $1 AND state = 'included' AND uncounted_reason = 'absurd_amount'`,
    [chainId],
  );
  return new Set(rows.map(({ place }) => place));
}

/** When the first payment on a chain was made; null when there is none. */
export async function firstPaymentAt(manager: EntityManager, chainId: ChainId): Promise<Date | null> {
  const row = await manager
    .createQueryBuilder(Payment, 'payment')
    .select('min(payment.created_at)', 'first')
    .where(
      'EXISTS (SELECT FROM payment_options option WHERE option.payment_id = payment.id AND option.chain_id = :chainId)',
      { chainId },
    )
    .getRawOne<{ first: Date | null }>();
  return row?.first ?? null;
}
