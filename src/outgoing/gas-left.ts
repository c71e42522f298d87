import { type EntityManager } from 'typeorm';
import { type Address, type ChainId } from '../ids/ids.js';

/** As SQL: in a later block than that of the last sweep of native money from the address. */
const SINCE_SWEPT = `block_number > coalesce((SELECT max(block_number) FROM outgoing_transactions AS swept
  WHERE swept.chain_id = $1 AND swept.from_address = $2 AND swept.purpose = 'sweep' AND swept.token_address IS NULL
    AND swept.state = 'confirmed'), -1)`;

/**
 * Wei of gas that an address was sent, and has neither used nor sent back; of transactions that are final. Less than 0
 * where it paid for transactions with other money. What lay there when its native money was swept last is none of it any
 * more: it went with it, or goes with the next part.
 */
export function gasLeftAt(manager: EntityManager, chainId: ChainId, address: Address): Promise<bigint> {
  return gasOf(manager, chainId, address, SINCE_SWEPT);
}

/** Wei that an address has paid for transactions beyond the gas that it was sent, at any time; of those that are final. */
export async function paidBeyondGas(
  manager: EntityManager,
  chainId: ChainId,
  address: Address,
): Promise<bigint> {
  const left = await gasOf(manager, chainId, address, 'true');
  return left < 0n ? -left : 0n;
}

/** @param condition SQL, of which transactions */
async function gasOf(
  manager: EntityManager,
  chainId: ChainId,
  address: Address,
  condition: string,
): Promise<bigint> {
  const [row] = await manager.query<{ left: string }[]>(
    `SELECT coalesce(sum(CASE WHEN recipient = $2 AND purpose = 'gas' THEN coalesce(received, 0) ELSE 0 END
         - CASE WHEN from_address = $2 THEN coalesce(fee, 0) ELSE 0 END
         - CASE WHEN from_address = $2 AND purpose = 'gas_return' THEN coalesce(received, 0) ELSE 0 END), 0) AS left
     FROM outgoing_transactions
     WHERE chain_id = $1 AND finished_at IS NOT NULL AND ${condition}
       AND (from_address = $2 OR recipient = $2 AND purpose = 'gas')`,
    [chainId, address],
  );
  return BigInt(row?.left ?? 0);
}

/** Wei of customers that an address gave back, since its native money was swept last; of transactions that are final. */
export async function givenBackFrom(
  manager: EntityManager,
  chainId: ChainId,
  address: Address,
): Promise<bigint> {
  const [row] = await manager.query<{ sum: string }[]>(
    `SELECT coalesce(sum(received), 0) AS sum FROM outgoing_transactions
     WHERE chain_id = $1 AND from_address = $2 AND purpose = 'refund' AND token_address IS NULL
       AND finished_at IS NOT NULL AND ${SINCE_SWEPT}`,
    [chainId, address],
  );
  return BigInt(row?.sum ?? 0);
}
