import { type Asset } from '../../../src/ids/ids.js';
import { type RefundState } from '../../../src/payments/given-back.js';
import { type PaymentStatus } from '../../../src/payments/payment-state.js';
import { type Back, type Judged, type Known } from './expected.js';
import { type Fraction, fraction, over, plus, sum, times, ZERO } from './fraction.js';
import { type ChainWorld } from './chain-world.js';
import { type SimulatedAsset } from './priced-chain.js';

/** A refund of money that counts, as it ended. */
interface EndedRefund {
  chain_id: string;
  token_address: Asset;
  amount: string;
  state: RefundState;
  /** What the payment was when it was asked for. */
  asked_while: PaymentStatus;
  /** The payment failed later: the sale that it came after was unmade. */
  is_unmade: boolean;
}

const CONFIRMED: readonly PaymentStatus[] = ['confirmed', 'settled', 'failed'];

/** Of a payment, what went back of the money that counts. */
export async function refundsOf({ app }: ChainWorld, { id }: Known): Promise<EndedRefund[]> {
  return app.database.dataSource.query<EndedRefund[]>(
    `SELECT refund.chain_id, refund.token_address, refund.amount, refund.state,
       (SELECT body::jsonb -> 'data' ->> 'status' FROM events WHERE payment_id = $1 AND type = 'refund.created'
         AND body::jsonb -> 'data' -> 'refund' ->> 'id' = refund.id::text) AS asked_while,
       EXISTS (SELECT FROM events asked JOIN events failed ON failed.payment_id = asked.payment_id
         AND failed.type = 'payment.failed' AND failed.position > asked.position
         WHERE asked.payment_id = $1 AND asked.type = 'refund.created'
           AND asked.body::jsonb -> 'data' -> 'refund' ->> 'id' = refund.id::text) AS is_unmade
     FROM refunds refund LEFT JOIN transfers deposit ON deposit.id = refund.deposit_id
     WHERE refund.payment_id = $1 AND (refund.deposit_id IS NULL OR deposit.uncounted_reason IS NULL
       OR deposit.resolution = 'accepted')`,
    [id],
  );
}

/** What of it is worth what of the whole: on the average of what came in its asset, so that all of it back leaves nothing. */
export function backOf(known: Known, counted: readonly Judged[], refunds: readonly EndedRefund[]): Back {
  const moved = refunds.filter(({ state }) => state !== 'failed' && state !== 'cancelled');
  return {
    all: worthOf(known, counted, moved),
    beforeConfirmation: worthOf(known, counted, moved.filter(isOfNoSale)),
  };
}

/** Of what was asked before it was confirmed, whatever came of it: a reorg may have had it under way at any time. */
export function mostBack(
  known: Known,
  counted: readonly Judged[],
  refunds: readonly EndedRefund[],
): Fraction {
  return worthOf(known, counted, refunds.filter(isBeforeConfirmation));
}

/** What of it is final, in base units of an asset. */
export function givenBack(refunds: readonly EndedRefund[], asset: SimulatedAsset): bigint {
  return sumIn(
    refunds.filter(({ state }) => state === 'confirmed'),
    asset,
  );
}

/** It counts: no sale that stands had been made. */
function isOfNoSale(refund: EndedRefund): boolean {
  return refund.is_unmade || refund.asked_while === 'failed' || isBeforeConfirmation(refund);
}

function isBeforeConfirmation({ asked_while: status }: EndedRefund): boolean {
  return !CONFIRMED.includes(status);
}

function worthOf(known: Known, counted: readonly Judged[], refunds: readonly EndedRefund[]): Fraction {
  return known.options.reduce((total, { asset, amount: whole }, index) => {
    const amount = sumIn(refunds, asset);
    if (amount === 0n) return total;
    const pieces = counted.filter(({ option }) => option === index);
    const came = pieces.reduce((so, { arrival }) => so + arrival.amount, 0n);
    const worth =
      came === 0n ? fraction(1n, whole) : over(sum(pieces.map(({ part }) => part)), fraction(came));
    return plus(total, times(fraction(amount), worth));
  }, ZERO);
}

function sumIn(refunds: readonly EndedRefund[], { chain, address }: SimulatedAsset): bigint {
  return refunds
    .filter((one) => Number(one.chain_id) === chain.chainId && one.token_address === address)
    .reduce((total, { amount }) => total + BigInt(amount), 0n);
}
