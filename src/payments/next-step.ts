import { type EntityManager } from 'typeorm';
import { type Address } from '../ids/ids.js';

/**
 * A `recheck_at_time` of an option that is before the time of every block, so that the scanner takes the payment up in its next step.
 * Advancing it sets the time at which it is due again.
 */
export const DUE_IN_NEXT_STEP = 'to_timestamp(0)';

/**
 * Has the scanner of any of its chains advance a payment in its next step, for changes that come from elsewhere than the chain. It alone knows
 * by which block, that no node contradicts, a payment may be confirmed.
 */
export async function advanceInNextStep(manager: EntityManager, paymentId: string): Promise<void> {
  await holdPayments(manager, [paymentId]);
  await manager.query(
    `UPDATE payment_options SET recheck_at_time = ${DUE_IN_NEXT_STEP} WHERE payment_id = $1`,
    [paymentId],
  );
}

/**
 * Holds payments until the transaction ends: whoever changes one, or anything that belongs to one (its options, deposits
 * and refunds), holds it first, and is alone with all of it then. All at once and in one order everywhere, so that two
 * transactions never wait for each other (docs/architecture.md, “One order of locks”); and not so that new transfers and
 * events, which refer to it, would have to wait.
 */
export async function holdPayments(manager: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query('SELECT id FROM payments WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
}

/** As `holdPayments`, with those whose addresses these are, in lower case. @returns the ids of all of them */
export async function holdPaymentsAnd(
  manager: EntityManager,
  ids: readonly string[],
  addresses: readonly Address[],
): Promise<string[]> {
  if (ids.length === 0 && addresses.length === 0) return [];
  const rows = await manager.query<{ id: string }[]>(
    'SELECT id FROM payments WHERE id = ANY($1) OR address = ANY($2) ORDER BY id FOR NO KEY UPDATE',
    [ids, addresses],
  );
  return rows.map(({ id }) => id);
}
