import { type EntityManager } from 'typeorm';
import { type Asset, type ChainId } from '../ids/ids.js';
import { COUNTS_ONCE_ACCEPTED } from './counting.js';
import { type Fraction } from './parts.js';
import { type Credit } from './payment-state.js';
import { Transfer, type ValueFactor } from './transfer.entity.js';

/**
 * So many transfers of a payment are read one by one, the newest. Anybody may send to an address as often as they like:
 * what a step of the scanner costs, what is told of a payment, and each of its events, must not grow with it.
 */
export const MOST_TRANSFERS = 100;

/** What a block brought to a payment in one asset, by one factor, and is swept or is not. */
export type SummedCredit = Credit & { chainId: ChainId; tokenAddress: Asset };

export interface CountedMoney {
  newest: Transfer[];
  /** All of it, each block's together; null: the newest are all. */
  summed: SummedCredit[] | null;
  count: number;
}

export const NOTHING: CountedMoney = { newest: [], summed: null, count: 0 };

/** As SQL, true or false: a row of `transfers` that the canonical chain has is part of what its payment received (`doesCount`). */
export const countsIn = (transfer: string): string =>
  `(${transfer}.uncounted_reason IS NULL OR (${transfer}.resolution IS NOT DISTINCT FROM 'accepted'
    AND ${transfer}.uncounted_reason IN (${COUNTS_ONCE_ACCEPTED.map((one) => `'${one}'`).join(', ')})))`;
const COUNTS = `transfer.state = 'included' AND ${countsIn('transfer')}`;

/** What makes up what the payments have received, where the canonical chain has it now, by payment. */
export async function countedMoney(
  manager: EntityManager,
  paymentIds: readonly string[],
): Promise<Map<string, CountedMoney>> {
  const counted = new Map<string, CountedMoney>();
  for (const transfer of await newestOf(manager, paymentIds)) {
    const own = counted.get(transfer.paymentId) ?? { newest: [], summed: null, count: 0 };
    own.newest.push(transfer);
    own.count += 1;
    counted.set(transfer.paymentId, own);
  }
  // Read as one more than are shown, they may be more still.
  const many = [...counted].filter(([, { count }]) => count > MOST_TRANSFERS).map(([id]) => id);
  if (many.length === 0) return counted;
  for (const id of many) counted.set(id, { newest: counted.get(id)?.newest ?? [], summed: [], count: 0 });
  for (const { payment_id: id, count, ...sum } of await sumsOf(manager, many)) {
    const own = counted.get(id) as CountedMoney;
    own.count += Number(count);
    own.summed?.push(creditOf(sum, own.summed.length));
  }
  return counted;
}

function newestOf(manager: EntityManager, paymentIds: readonly string[]): Promise<Transfer[]> {
  return manager
    .createQueryBuilder(Transfer, 'counted')
    .where(
      `counted.id IN (SELECT newest.id FROM unnest(:paymentIds::uuid[]) AS payment(id) CROSS JOIN LATERAL (
         SELECT transfer.id FROM transfers AS transfer WHERE transfer.payment_id = payment.id AND ${COUNTS}
         ORDER BY transfer.block_time DESC, transfer.chain_id DESC, transfer.block_number DESC, transfer.ordinal DESC
         LIMIT ${MOST_TRANSFERS + 1}) AS newest)`,
      { paymentIds },
    )
    .getMany();
}

interface SumRow {
  payment_id: string;
  chain_id: string;
  token_address: Asset;
  block_number: string;
  block_time: Date;
  value_factor: ValueFactor | null;
  is_swept: boolean;
  amount: string;
  count: string;
}

/** Transfers of one block are alike to the lifecycle: equally deep, equally late. Their sum is as good as all of them. */
function sumsOf(manager: EntityManager, paymentIds: readonly string[]): Promise<SumRow[]> {
  return manager.query<SumRow[]>(
    `SELECT transfer.payment_id, transfer.chain_id, transfer.token_address, transfer.block_number, transfer.block_time,
       transfer.value_factor, transfer.swept_at IS NOT NULL AS is_swept, sum(transfer.amount) AS amount, count(*) AS count
     FROM transfers AS transfer WHERE transfer.payment_id = ANY($1) AND ${COUNTS}
     GROUP BY transfer.payment_id, transfer.chain_id, transfer.token_address, transfer.block_number, transfer.block_time,
       transfer.value_factor, is_swept
     ORDER BY transfer.payment_id, transfer.chain_id, transfer.block_number, transfer.value_factor NULLS FIRST, is_swept`,
    [paymentIds],
  );
}

/** @param place its own, so that no two sums of a block are taken for one */
function creditOf(row: Omit<SumRow, 'payment_id' | 'count'>, place: number): SummedCredit {
  return {
    chainId: Number(row.chain_id) as ChainId,
    tokenAddress: row.token_address,
    txHash: null,
    ordinal: place,
    kind: 'summed',
    amount: BigInt(row.amount),
    blockNumber: Number(row.block_number),
    blockTime: row.block_time,
    factor: fractionOf(row.value_factor),
    isSwept: row.is_swept,
  };
}

export function fractionOf(factor: Omit<ValueFactor, 'rate'> | null): Fraction | null {
  if (factor === null) return null;
  return { numerator: BigInt(factor.numerator), denominator: BigInt(factor.denominator) };
}
