import { type EntityManager } from 'typeorm';
import { type Asset, type ChainId } from '../ids/ids.js';
import { COUNTS_ONCE_ACCEPTED } from './counting.js';
import { type Fraction } from './parts.js';
import { type Credit } from './payment-state.js';
import { Transfer } from './transfer.entity.js';

/**
 * What of one asset came in one block and counts, as one sum. Anybody may send to an address as often as they like: what is
 * read of a payment grows with the blocks in which it was paid, and not with the transfers. For everything that is decided
 * of money, those of one block are the same: they are equally deep, and equally late.
 */
export interface CountedSum extends Credit {
  paymentId: string;
  chainId: ChainId;
  tokenAddress: Asset;
  factor: Fraction | null;
  /** Transfers that it is the sum of. */
  count: number;
}

interface SumRow {
  payment_id: string;
  chain_id: string;
  token_address: Asset;
  numerator: string | null;
  denominator: string | null;
  block_number: string;
  block_time: Date;
  amount: string;
  count: string;
}

/** Of a transfer that makes up what its payment received, where the canonical chain has it now; as `doesCount` says. */
const COUNTS = `state = 'included'
  AND (uncounted_reason IS NULL OR (resolution = 'accepted' AND uncounted_reason = ANY($2)))`;

/** What makes up what the payments have received. */
export async function countedSums(
  manager: EntityManager,
  paymentIds: readonly string[],
): Promise<CountedSum[]> {
  const rows = await manager.query<SumRow[]>(
    `SELECT payment_id, chain_id, token_address, value_factor ->> 'numerator' AS numerator,
       value_factor ->> 'denominator' AS denominator, block_number, max(block_time) AS block_time,
       sum(amount) AS amount, count(*) AS count
     FROM transfers WHERE payment_id = ANY($1) AND ${COUNTS}
     GROUP BY payment_id, chain_id, token_address, numerator, denominator, block_number`,
    [paymentIds, COUNTS_ONCE_ACCEPTED],
  );
  return rows.map((row, index) => ({
    paymentId: row.payment_id,
    chainId: Number(row.chain_id) as ChainId,
    tokenAddress: row.token_address,
    // No two are of the same money.
    txHash: null,
    ordinal: index,
    kind: 'sum',
    amount: BigInt(row.amount),
    blockNumber: Number(row.block_number),
    blockTime: row.block_time,
    factor: factorOf(row),
    count: Number(row.count),
  }));
}

/** The transfers of each payment that came last, of those that count; at most so many of each. */
export function newestCounted(
  manager: EntityManager,
  paymentIds: readonly string[],
  most: number,
): Promise<Transfer[]> {
  return manager
    .createQueryBuilder(Transfer, 'transfer')
    .where(
      `transfer.id IN (SELECT newest.id FROM unnest(:paymentIds::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
         SELECT id FROM transfers WHERE payment_id = wanted.id AND ${COUNTS.replace('$2', ':reasons')}
         ORDER BY block_time DESC, chain_id DESC, block_number DESC, ordinal DESC LIMIT :most) AS newest)`,
      { paymentIds, reasons: COUNTS_ONCE_ACCEPTED, most },
    )
    .getMany();
}

function factorOf({ numerator, denominator }: SumRow): Fraction | null {
  if (numerator === null || denominator === null) return null;
  return { numerator: BigInt(numerator), denominator: BigInt(denominator) };
}
