import { type Known, type World } from './world.js';

/** Of refunds that take from what a payment keeps: those of a deposit do once it counts, accepted later. */
const TAKES = `(deposit_id IS NULL OR (NOT after_confirmation AND EXISTS (SELECT FROM transfers WHERE id = deposit_id
  AND state = 'included' AND (uncounted_reason IS NULL OR (uncounted_reason = 'after_watch' AND resolution = 'accepted')))))`;

/** What was asked back before it was confirmed, and did not come to nothing. */
export async function promisedOf({ app }: World, { id }: Known): Promise<bigint> {
  const [row] = await app.database.dataSource.query<{ sum: string }[]>(
    `SELECT coalesce(sum(refund.amount), 0) AS sum FROM refunds refund WHERE payment_id = $1
       AND state NOT IN ('failed','cancelled') AND ${TAKES} AND (deposit_id IS NOT NULL OR NOT EXISTS (
         SELECT FROM events asked JOIN events confirmed USING (payment_id)
         WHERE asked.payment_id = $1 AND asked.type = 'refund.created' AND confirmed.type = 'payment.confirmed'
           AND asked.body::jsonb -> 'data' -> 'refund' ->> 'id' = refund.id::text
           AND confirmed.position < asked.position))`,
    [id],
  );
  return BigInt(row?.sum ?? 0);
}

/**
 * What was to go back when it failed, of what was asked before it was confirmed: what did not come to nothing by then. A
 * reorg may have it open again.
 */
async function promisedAtFailure({ app }: World, { id }: Known): Promise<bigint> {
  const [row] = await app.database.dataSource.query<{ sum: string }[]>(
    `WITH told AS (SELECT type, position, body::jsonb -> 'data' -> 'refund' ->> 'id' AS refund FROM events
         WHERE payment_id = $1),
       at AS (SELECT (SELECT position FROM told WHERE type = 'payment.confirmed') AS confirmed,
         (SELECT position FROM told WHERE type = 'payment.failed') AS failed)
     SELECT coalesce(sum(amount), 0) AS sum FROM refunds WHERE payment_id = $1 AND ${TAKES}
       AND EXISTS (SELECT FROM told, at WHERE refund = refunds.id::text AND type = 'refund.created' AND position < confirmed)
       AND (SELECT type FROM told, at WHERE refund = refunds.id::text AND position < failed
            ORDER BY position DESC LIMIT 1) NOT IN ('refund.failed','refund.cancelled')`,
    [id],
  );
  return BigInt(row?.sum ?? 0);
}

/** Whether a reorg left less of it than was due, when what was to go back is taken off. */
export async function mayHaveFailed(world: World, payment: Known): Promise<boolean> {
  const { leastLeft, isRefunded, amount } = payment;
  if (leastLeft === null) return false;
  return leastLeft - (isRefunded ? await promisedAtFailure(world, payment) : 0n) < amount;
}
