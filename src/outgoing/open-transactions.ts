import { type EntityManager } from 'typeorm';
import { type Address, type ChainId } from '../ids/ids.js';

/** Whether something that the address signed, or that moves its money, is not final yet. */
export async function isAnyOpenFrom(
  manager: EntityManager,
  chainId: ChainId,
  from: Address,
): Promise<boolean> {
  const [row] = await manager.query<{ is: boolean }[]>(
    `SELECT EXISTS (
         SELECT FROM outgoing_transactions
         WHERE chain_id = $1 AND from_address = $2 AND state IN ('signed', 'sent', 'mined'))
       OR EXISTS (
         SELECT FROM outgoing_parts part JOIN outgoing_transactions outgoing ON outgoing.id = part.outgoing_id
         WHERE part.chain_id = $1 AND part.from_address = $2 AND outgoing.state IN ('signed', 'sent', 'mined'))
       AS is`,
    [chainId, from],
  );
  return row?.is === true;
}
