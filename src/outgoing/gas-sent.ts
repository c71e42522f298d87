import { type EntityManager } from 'typeorm';
import { type BlockId } from '../chain/accounts/chain-evidence.js';
import { type Address, type ChainId } from '../ids/ids.js';
import { type Fees } from './fees.js';
import { NOT_SCANNED } from './outgoing.repository.js';

/** As SQL: gas that an address was sent a moment ago ($3 ms), and has used none of. */
const UNUSED = `gas.chain_id = $1 AND gas.recipient = $2 AND gas.purpose = 'gas'
  AND gas.created_at > now() - $3 * interval '1 ms'
  AND NOT EXISTS (SELECT FROM outgoing_transactions used WHERE used.chain_id = gas.chain_id
    AND used.from_address = gas.recipient AND used.id > gas.id)`;

/** Whether gas for an address is not in its balance after a block of the scanned chain. */
export async function isGasUnderWay(
  manager: EntityManager,
  chainId: ChainId,
  to: Address,
  after: BlockId,
): Promise<boolean> {
  const [row] = await manager.query<{ is: boolean }[]>(
    `SELECT EXISTS (SELECT FROM outgoing_transactions outgoing
         WHERE chain_id = $1 AND recipient = $2 AND purpose = 'gas'
           AND (${NOT_SCANNED} OR state IN ('mined', 'confirmed') AND block_number > $3)) AS is`,
    [chainId, to, after.number],
  );
  return row?.is === true;
}

/**
 * Whether an address was sent gas a moment ago and has not used it: that it is not enough means that gas got dearer
 * since. What was sent may do in a moment; only when gas stays dear is the rest sent after it. What failed is not sent
 * again at once either.
 */
export async function wasGasJustSent(
  manager: EntityManager,
  chainId: ChainId,
  to: Address,
  withinMs: number,
): Promise<boolean> {
  const [row] = await manager.query<{ was: boolean }[]>(
    `SELECT EXISTS (SELECT FROM outgoing_transactions gas
       WHERE ${UNUSED} AND (gas.state IN ('mined', 'confirmed') OR gas.succeeded IS NOT NULL)) AS was`,
    [chainId, to, withinMs],
  );
  return row?.was === true;
}

/**
 * What the gas that an address was just sent was itself mined at. It was sent for a price that may have been told too
 * low, as where a node refused for a moment to say what miners want: a block took it at that price all the same, and so
 * the chain takes what it was sent for, rather than that more is sent.
 * @returns null: none was just sent, or it was used, or it is not mined
 */
export async function priceOfGasSent(
  manager: EntityManager,
  chainId: ChainId,
  to: Address,
  withinMs: number,
): Promise<Fees | null> {
  const [row] = await manager.query<{ most: string; tip: string | null }[]>(
    `SELECT attempt.max_fee_per_gas AS most, attempt.max_priority_fee_per_gas AS tip
     FROM outgoing_transactions gas
     JOIN outgoing_attempts attempt ON attempt.chain_id = gas.chain_id AND attempt.tx_hash = gas.tx_hash
     WHERE ${UNUSED} AND gas.state IN ('mined', 'confirmed')
     ORDER BY gas.id DESC LIMIT 1`,
    [chainId, to, withinMs],
  );
  if (row === undefined) return null;
  return {
    maxFeePerGas: BigInt(row.most),
    maxPriorityFeePerGas: row.tip === null ? null : BigInt(row.tip),
  };
}
