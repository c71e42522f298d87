import { type EntityManager } from 'typeorm';
import { type AssetPlace } from './named-assets.js';

/** What a payment received in one block, in base units, whether it counts or not. */
export interface BlockMoney {
  blockNumber: number;
  amount: bigint;
}

const IS_MONEY = `transfer.chain_id = $1 AND transfer.token_address IS NOT DISTINCT FROM $2
  AND transfer.state = 'included' AND transfer.uncounted_reason IS DISTINCT FROM 'absurd_amount'`;

/**
 * What came in one asset in the blocks above one, by payment: what a reorg of these takes away.
 * @param paymentIds of these alone; null: of all
 */
export async function moneyAbove(
  manager: EntityManager,
  { chainId, tokenAddress }: AssetPlace,
  block: number,
  paymentIds: readonly string[] | null,
): Promise<Map<string, BlockMoney[]>> {
  const rows = await manager.query<{ payment_id: string; block_number: string; amount: string }[]>(
    `SELECT payment_id, block_number, sum(amount) AS amount FROM transfers AS transfer
     WHERE ${IS_MONEY} AND block_number > $3 ${paymentIds === null ? '' : 'AND payment_id = ANY($4)'}
     GROUP BY payment_id, block_number`,
    [chainId, tokenAddress, block, ...(paymentIds === null ? [] : [paymentIds])],
  );
  const above = new Map<string, BlockMoney[]>();
  for (const { payment_id: id, block_number: number, amount } of rows) {
    const own = above.get(id) ?? [];
    own.push({ blockNumber: Number(number), amount: BigInt(amount) });
    above.set(id, own);
  }
  return above;
}

/** All that came to payments in one asset and is there, in base units; one without is left out. */
export async function moneyThere(
  manager: EntityManager,
  { chainId, tokenAddress }: AssetPlace,
  paymentIds: readonly string[],
): Promise<Map<string, bigint>> {
  const rows = await manager.query<{ payment_id: string; amount: string }[]>(
    `SELECT payment_id, sum(amount) AS amount FROM transfers AS transfer
     WHERE ${IS_MONEY} AND payment_id = ANY($3) GROUP BY payment_id`,
    [chainId, tokenAddress, paymentIds],
  );
  return new Map(rows.map(({ payment_id: id, amount }) => [id, BigInt(amount)]));
}
