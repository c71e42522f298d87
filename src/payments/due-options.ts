import { type EntityManager } from 'typeorm';
import { type Address, type ChainId } from '../ids/ids.js';
import { type ChainPosition } from './payment-advances.js';

/**
 * Payments that time or depth alone moves, by what the chain is an option of.
 * @param limit payments at most, so that one transaction stays small after a long outage
 */
export async function duePayments(
  manager: EntityManager,
  { chainId, agreed, finalNumber }: ChainPosition,
  limit: number,
): Promise<string[]> {
  const rows = await manager.query<{ id: string }[]>(
    `(SELECT payment_id AS id FROM payment_options WHERE chain_id = $1 AND recheck_at_time < $2
      ORDER BY recheck_at_time LIMIT $5)
     UNION
     (SELECT payment_id FROM payment_options
      WHERE chain_id = $1 AND recheck_at_block <= $3 AND required_confirmations IS NOT NULL
      ORDER BY recheck_at_block LIMIT $5)
     UNION
     (SELECT payment_id FROM payment_options
      WHERE chain_id = $1 AND recheck_at_block <= $4 AND required_confirmations IS NULL
      ORDER BY recheck_at_block LIMIT $5)
     LIMIT $5`,
    [chainId, agreed.time, agreed.number, finalNumber, limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Whether a block may confirm or expire a payment, by what we have or by the transfers that come with it.
 * @param recipients of the transfers
 */
export async function mayDecide(
  manager: EntityManager,
  chainId: ChainId,
  block: { number: number; time: Date },
  recipients: readonly Address[],
): Promise<boolean> {
  const [row] = await manager.query<{ may: boolean }[]>(
    `SELECT EXISTS (SELECT FROM payment_options WHERE chain_id = $1 AND recheck_at_time < $2)
         OR EXISTS (SELECT FROM payment_options WHERE chain_id = $1 AND recheck_at_block <= $3)
         OR EXISTS (SELECT FROM payments WHERE address = ANY($4)) AS may`,
    [chainId, block.time, block.number, recipients],
  );
  return row?.may === true;
}

/** Whether the chain is an option of a payment that a block, or its time alone, may still move. */
export async function isAnyOpenOn(manager: EntityManager, chainId: ChainId): Promise<boolean> {
  const [row] = await manager.query<{ any: boolean }[]>(
    `SELECT EXISTS (SELECT FROM payment_options WHERE chain_id = $1 AND recheck_at_time IS NOT NULL)
         OR EXISTS (SELECT FROM payment_options WHERE chain_id = $1 AND recheck_at_block IS NOT NULL) AS any`,
    [chainId],
  );
  return row?.any === true;
}

/**
 * The addresses of payments that may be paid in the chain's native asset and are open, or that money still counts for,
 * whatever became of them; lower-case.
 * @param since the end of the payments that money last counts for
 */
export async function nativeAddresses(
  manager: EntityManager,
  chainId: ChainId,
  since: Date,
): Promise<Address[]> {
  const rows = await manager.query<{ address: Address }[]>(
    `SELECT address FROM payments WHERE id IN (
       SELECT payment_id FROM payment_options WHERE chain_id = $1 AND token_id IS NULL AND expires_at >= $2
       UNION
       SELECT payment_id FROM payment_options WHERE chain_id = $1 AND token_id IS NULL AND recheck_at_time IS NOT NULL
       UNION
       SELECT payment_id FROM payment_options WHERE chain_id = $1 AND token_id IS NULL AND recheck_at_block IS NOT NULL)`,
    [chainId, since],
  );
  return rows.map(({ address }) => address);
}
