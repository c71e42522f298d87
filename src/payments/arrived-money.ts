import { type EntityManager } from 'typeorm';
import { COUNTS_ONCE_ACCEPTED } from './counting.js';
import { type Asset, type ChainId } from '../ids/ids.js';

/** Of which payment and asset. */
export interface ArrivedAt {
  paymentId: string;
  chainId: ChainId;
  tokenAddress: Asset;
}

/** What of one asset came to a payment's address, in base units. What no token can have moved is left out. */
export interface ArrivedMoney {
  /** The canonical chain has it, whether it counts or not. */
  there: bigint;
  /** The part of that which counts, and is in the blocks that were asked for. */
  counted: bigint;
  /** The same of what does not count. */
  uncounted: bigint;
  /** With what a reorg took away, which may come again. */
  ever: bigint;
}

/** @param upToBlock the last in which what counts, and what does not, is asked for */
export async function arrivedMoney(
  manager: EntityManager,
  { paymentId, chainId, tokenAddress }: ArrivedAt,
  upToBlock: number,
): Promise<ArrivedMoney> {
  const [row] = await manager.query<{ there: string; deep: string; uncounted: string; ever: string }[]>(
    `SELECT coalesce(sum(amount) FILTER (WHERE state = 'included'), 0) AS there,
       coalesce(sum(amount) FILTER (WHERE state = 'included' AND block_number <= $4), 0) AS deep,
       coalesce(sum(amount) FILTER (WHERE state = 'included' AND block_number <= $4 AND uncounted_reason IS NOT NULL
         AND NOT (uncounted_reason = ANY($5) AND resolution IS NOT DISTINCT FROM 'accepted')), 0) AS uncounted,
       coalesce(sum(amount), 0) AS ever
     FROM transfers WHERE payment_id = $1 AND chain_id = $2 AND token_address IS NOT DISTINCT FROM $3
       AND uncounted_reason IS DISTINCT FROM 'absurd_amount'`,
    [paymentId, chainId, tokenAddress, upToBlock, COUNTS_ONCE_ACCEPTED],
  );
  const uncounted = BigInt(row?.uncounted ?? 0);
  return {
    there: BigInt(row?.there ?? 0),
    counted: BigInt(row?.deep ?? 0) - uncounted,
    uncounted,
    ever: BigInt(row?.ever ?? 0),
  };
}
