import { type EntityManager } from 'typeorm';
import { countsIn } from './counted-money.js';
import { type Asset, type ChainId } from '../ids/ids.js';

/** Of which payment and asset. */
export interface ArrivedAt {
  paymentId: string;
  chainId: ChainId;
  tokenAddress: Asset;
}

/** The last block in which what counts, and what does not, is asked for; -1: in none. */
export interface UpTo {
  counted: number;
  uncounted: number;
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

export async function arrivedMoney(
  manager: EntityManager,
  { paymentId, chainId, tokenAddress }: ArrivedAt,
  upTo: UpTo,
): Promise<ArrivedMoney> {
  const counts = countsIn('transfer');
  const [row] = await manager.query<{ there: string; counted: string; uncounted: string; ever: string }[]>(
    `SELECT coalesce(sum(amount) FILTER (WHERE state = 'included'), 0) AS there,
       coalesce(sum(amount) FILTER (WHERE state = 'included' AND block_number <= $4 AND ${counts}), 0) AS counted,
       coalesce(sum(amount) FILTER (WHERE state = 'included' AND block_number <= $5 AND NOT ${counts}), 0) AS uncounted,
       coalesce(sum(amount), 0) AS ever
     FROM transfers AS transfer WHERE payment_id = $1 AND chain_id = $2 AND token_address IS NOT DISTINCT FROM $3
       AND uncounted_reason IS DISTINCT FROM 'absurd_amount'`,
    [paymentId, chainId, tokenAddress, upTo.counted, upTo.uncounted],
  );
  return {
    there: BigInt(row?.there ?? 0),
    counted: BigInt(row?.counted ?? 0),
    uncounted: BigInt(row?.uncounted ?? 0),
    ever: BigInt(row?.ever ?? 0),
  };
}
