import { type Asset } from '../../../src/ids/ids.js';
import { type RefundState } from '../../../src/payments/given-back.js';
import { type PaymentStatus } from '../../../src/payments/payment-state.js';
import { type Back, type Judged, type Known } from './expected.js';
import { type Fraction, fraction, isEqual, over, plus, times, ZERO } from './fraction.js';
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
  /** What it takes, each sum as it counted; one that names no factor takes what came first. */
  takes: Take[];
}

interface Take {
  amount: string;
  factor?: { numerator: string; denominator: string } | null;
}

/** Money of one asset that is worth the same. */
interface Worth {
  amount: bigint;
  /** A base unit of it, of the whole. */
  each: Fraction;
}

const CONFIRMED: readonly PaymentStatus[] = ['confirmed', 'settled', 'failed'];

/** Of a payment, what went back of the money that counts. */
export async function refundsOf({ app }: ChainWorld, { id }: Known): Promise<EndedRefund[]> {
  return app.database.dataSource.query<EndedRefund[]>(
    `SELECT refund.chain_id, refund.token_address, refund.amount, refund.state,
       (SELECT body::jsonb -> 'data' ->> 'status' FROM events WHERE payment_id = $1 AND type = 'refund.created'
         AND body::jsonb -> 'data' -> 'refund' ->> 'id' = refund.id::text) AS asked_while,
       coalesce(refund.lots, CASE WHEN deposit.id IS NULL THEN jsonb_build_array(jsonb_build_object('amount', refund.amount::text))
         ELSE jsonb_build_array(jsonb_build_object('amount', refund.amount::text, 'factor', deposit.value_factor)) END) AS takes,
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

/** What of it is worth what of the whole: what each refund took when it was asked for, as that counts. */
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
    const own = refunds.filter((one) => isIn(one, asset));
    for (const { amount, takes } of own)
      if (takes.reduce((sum, take) => sum + BigInt(take.amount), 0n) !== BigInt(amount))
        throw new Error(`a refund of ${amount} takes ${JSON.stringify(takes)}`);
    const came = worthsOf(counted.filter(({ option }) => option === index));
    return plus(
      total,
      taken(
        came,
        own.flatMap(({ takes }) => takes),
        fraction(1n, whole),
      ),
    );
  }, ZERO);
}

/** By what a base unit is worth, the first that came first. */
function worthsOf(counted: readonly Judged[]): Worth[] {
  const worths: Worth[] = [];
  const inOrder = [...counted].sort((a, b) => a.arrival.blockNumber - b.arrival.blockNumber);
  for (const { arrival, part } of inOrder) {
    const each = over(part, fraction(arrival.amount));
    const alike = worths.find((one) => isEqual(one.each, each));
    if (alike) alike.amount += arrival.amount;
    else worths.push({ amount: arrival.amount, each });
  }
  return worths;
}

/** @param came what is left in it is taken off it. @param promised a base unit of what did not come, of the whole */
function taken(came: Worth[], takes: readonly Take[], promised: Fraction): Fraction {
  let worth = ZERO;
  let unnamed = 0n;
  const takeOf = (lot: Worth | undefined, most: bigint): bigint => {
    const some = lot === undefined ? 0n : lot.amount < most ? lot.amount : most;
    if (lot === undefined || some === 0n) return most;
    lot.amount -= some;
    worth = plus(worth, times(fraction(some), lot.each));
    return most - some;
  };
  for (const { amount, factor } of takes) {
    const each = factor ? times(promised, fraction(factor.numerator, factor.denominator)) : promised;
    const named = factor === undefined ? undefined : came.find((one) => isEqual(one.each, each));
    unnamed += takeOf(named, BigInt(amount));
  }
  for (const lot of came) unnamed = takeOf(lot, unnamed);
  return plus(worth, times(fraction(unnamed), promised));
}

function sumIn(refunds: readonly EndedRefund[], asset: SimulatedAsset): bigint {
  return refunds.filter((one) => isIn(one, asset)).reduce((total, { amount }) => total + BigInt(amount), 0n);
}

function isIn(refund: EndedRefund, { chain, address }: SimulatedAsset): boolean {
  return Number(refund.chain_id) === chain.chainId && refund.token_address === address;
}
