import { type EntityManager } from 'typeorm';
import { type Address, type ChainId } from '../ids/ids.js';

/**
 * Wei of gas that an address was sent, and has neither used nor sent back; of transactions that are final. Less than 0
 * where it paid for transactions with other money.
 */
export async function gasLeftAt(manager: EntityManager, chainId: ChainId, address: Address): Promise<bigint> {
  const [row] = await manager.query<{ left: string }[]>(
    `SELECT coalesce(sum(CASE WHEN recipient = $2 AND purpose = 'gas' THEN coalesce(received, 0) ELSE 0 END
         - CASE WHEN from_address = $2 THEN coalesce(fee, 0) ELSE 0 END
         - CASE WHEN from_address = $2 AND purpose = 'gas_return' THEN coalesce(received, 0) ELSE 0 END), 0) AS left
     FROM outgoing_transactions
     WHERE chain_id = $1 AND finished_at IS NOT NULL
       AND (from_address = $2 OR recipient = $2 AND purpose = 'gas')`,
    [chainId, address],
  );
  return BigInt(row?.left ?? 0);
}
