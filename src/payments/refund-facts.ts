import { type EntityManager } from 'typeorm';
import { countsIn } from './counted-money.js';
import { type Asset, type ChainId, toChainId } from '../ids/ids.js';
import { type GivenBack, type RefundFact, type RefundState } from './given-back.js';

interface RefundRow {
  payment_id: string;
  chain_id: string;
  token_address: Asset;
  amount: string;
  state: RefundState;
  after_confirmation: boolean;
}

/** SQL, of a row of `refunds AS refund`: it moves money, or did. */
const MOVES = `refund.state NOT IN ('failed', 'cancelled')`;
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
       sum(refund.amount) AS amount
     FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = refund.deposit_id
     WHERE refund.payment_id = ANY($1) AND ${MOVES}
       AND (refund.deposit_id IS NULL OR ${countsIn('deposit')})
     GROUP BY refund.payment_id, refund.chain_id, refund.token_address, refund.state, refund.after_confirmation`,
    [paymentIds],
  );
  return rows.map((row) => ({
    id: [row.payment_id, row.chain_id, row.token_address, row.state, row.after_confirmation].join(' '),
    paymentId: row.payment_id,
    chainId: toChainId(Number(row.chain_id)),
    tokenAddress: row.token_address,
    amount: BigInt(row.amount),
    state: row.state,
    isAfterConfirmation: row.after_confirmation,
  }));
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
