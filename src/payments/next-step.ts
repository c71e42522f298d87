import { type EntityManager } from 'typeorm';
import { holdPayments } from './hold-payments.js';

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
 * Moves the time at which a payment is looked at next, on each of its chains. One that is due in the next step stays so: what it is
 * due for has not been looked at. Under the payment's lock.
 * @param at null: time moves it no more
 */
export async function lookNextAt(manager: EntityManager, paymentId: string, at: Date | null): Promise<void> {
  await manager.query(
    `UPDATE payment_options SET recheck_at_time =
       CASE WHEN recheck_at_time = ${DUE_IN_NEXT_STEP} THEN recheck_at_time ELSE $2::timestamptz END
     WHERE payment_id = $1`,
    [paymentId, at],
  );
}
