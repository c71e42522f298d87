import { type EntityManager } from 'typeorm';
import { countsIn, fractionOf } from './counted-money.js';
import { type Asset, type ChainId, toChainId } from '../ids/ids.js';
import { type GivenBack, type RefundFact, type RefundState } from './given-back.js';
import { type Lot } from './lots.js';
import { type Fraction } from './parts.js';

interface RefundRow {
  payment_id: string;
  chain_id: string;
  token_address: Asset;
  amount: string;
  state: RefundState;
  after_confirmation: boolean;
  is_named: boolean;
  numerator: string | null;
  denominator: string | null;
}

/** SQL, of a row of `refunds AS refund`: it moves money, or did. */
const MOVES = `refund.state NOT IN ('failed', 'cancelled')`;
/**
 * SQL, of a row of `refunds AS refund` and `transfers AS deposit`: what it takes by how that counted, as it was settled when
 * it was asked for; where that was not, what the deposit is worth that goes back.
 */
const LOTS = `(
  SELECT (lot ->> 'amount')::numeric AS amount, lot ? 'factor' AS is_named, lot -> 'factor' AS factor
    FROM jsonb_array_elements(refund.lots) AS lot
  UNION ALL
  SELECT refund.amount, deposit.id IS NOT NULL, deposit.value_factor WHERE refund.lots IS NULL)`;

/** SQL: whether a row of `transfers` goes back, or went, in a refund of its own. */
export const GOES_BACK = `EXISTS (SELECT FROM refunds AS refund WHERE refund.deposit_id = transfers.id AND ${MOVES})`;

/**
 * The refunds of what counts towards the payments, as they stand in the caller's transaction. They are written under the
 * lock of the payment's row, so that whoever holds it sees all of them. The refund of a deposit that does not count takes
 * nothing from the payment; one of a deposit that a reorg took away does, as its money may have come from elsewhere.
 * Summed by Postgres, so that no number of them makes a payment slow, and without those that moved nothing.
 */
export async function refundsOfCounted(
  manager: EntityManager,
  paymentIds: readonly string[],
): Promise<(RefundFact & { paymentId: string; chainId: ChainId; tokenAddress: Asset })[]> {
  if (paymentIds.length === 0) return [];
  const rows = await manager.query<RefundRow[]>(
    `SELECT refund.payment_id, refund.chain_id, refund.token_address, refund.state, refund.after_confirmation,
       lot.is_named, lot.factor ->> 'numerator' AS numerator, lot.factor ->> 'denominator' AS denominator,
       sum(lot.amount) AS amount
     FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = refund.deposit_id CROSS JOIN LATERAL ${LOTS} AS lot
     WHERE refund.payment_id = ANY($1) AND ${MOVES}
       AND (refund.deposit_id IS NULL OR ${countsIn('deposit')})
     GROUP BY refund.payment_id, refund.chain_id, refund.token_address, refund.state, refund.after_confirmation,
       lot.is_named, numerator, denominator`,
    [paymentIds],
  );
  return rows.map((row) => ({
    id: Object.values({ ...row, amount: '' }).join(' '),
    paymentId: row.payment_id,
    chainId: toChainId(Number(row.chain_id)),
    tokenAddress: row.token_address,
    amount: BigInt(row.amount),
    state: row.state,
    isAfterConfirmation: row.after_confirmation,
    ...(row.is_named ? { factor: namedFactor(row) } : {}),
  }));
}

function namedFactor({
  numerator,
  denominator,
}: Pick<RefundRow, 'numerator' | 'denominator'>): Fraction | null {
  return numerator === null || denominator === null ? null : fractionOf({ numerator, denominator });
}

/**
 * The payments failed, and with that the sales were unmade: what was given back after them counts from now on, should
 * money that is found on another chain make the payments whole again. In the transaction that has them fail.
 */
export async function countFromFailure(manager: EntityManager, paymentIds: readonly string[]): Promise<void> {
  if (paymentIds.length === 0) return;
  await manager.query(
    'UPDATE refunds SET after_confirmation = false WHERE payment_id = ANY($1) AND after_confirmation',
    [paymentIds],
  );
}

/** By the transaction that they were sent as: what each refund is of, and by how that counted; null where that is not known. */
export async function lotsSentAs(
  manager: EntityManager,
  outgoingIds: readonly string[],
): Promise<Map<string, Lot[] | null>> {
  if (outgoingIds.length === 0) return new Map();
  const rows = await manager.query<
    (Pick<RefundRow, 'amount' | 'is_named' | 'numerator' | 'denominator'> & { outgoing_id: string })[]
  >(
    `SELECT refund.outgoing_id, lot.amount, lot.is_named, lot.factor ->> 'numerator' AS numerator,
       lot.factor ->> 'denominator' AS denominator
     FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = refund.deposit_id CROSS JOIN LATERAL ${LOTS} AS lot
     WHERE refund.outgoing_id = ANY($1)`,
    [outgoingIds],
  );
  const byOutgoing = new Map<string, Lot[] | null>();
  for (const row of rows) {
    const before = byOutgoing.get(row.outgoing_id);
    const lot = { amount: BigInt(row.amount), factor: namedFactor(row) };
    byOutgoing.set(row.outgoing_id, row.is_named && before !== null ? [...(before ?? []), lot] : null);
  }
  return byOutgoing;
}

/** What of deposits goes back in refunds of them alone, by deposit; one without is left out. Base units. */
export async function returnedOfDeposits(
  manager: EntityManager,
  depositIds: readonly string[],
): Promise<Map<string, Pick<GivenBack, 'refunded' | 'promised'>>> {
  if (depositIds.length === 0) return new Map();
  const rows = await manager.query<{ deposit_id: string; refunded: string; promised: string }[]>(
    `SELECT deposit_id, coalesce(sum(amount) FILTER (WHERE state = 'confirmed'), 0) AS refunded,
       coalesce(sum(amount) FILTER (WHERE state IN ('created', 'sent')), 0) AS promised
     FROM refunds WHERE deposit_id = ANY($1) GROUP BY deposit_id`,
    [depositIds],
  );
  return new Map(
    rows.map((row) => [row.deposit_id, { refunded: BigInt(row.refunded), promised: BigInt(row.promised) }]),
  );
}

/** A condition on `transfer`: not all of the deposit went back, or is to. */
export const IS_SOMETHING_LEFT = `transfer.amount > (SELECT coalesce(sum(refund.amount), 0) FROM refunds refund
  WHERE refund.deposit_id = transfer.id AND refund.state IN ('created', 'sent', 'confirmed'))`;

/** The refunds of deposits that give way to another row for the same money. */
export async function giveRefundsTo(
  manager: EntityManager,
  depositId: string,
  former: readonly string[],
): Promise<void> {
  if (former.length === 0) return;
  await manager.query('UPDATE refunds SET deposit_id = $1 WHERE deposit_id = ANY($2)', [depositId, former]);
}
