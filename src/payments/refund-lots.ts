import { holdingsOf } from './tally.js';
import { type Lot, lotsFor } from './lots.js';
import { type Fraction } from './parts.js';
import { optionOf, type PaymentRecord } from './payment-records.js';
import { type Asset, type ChainId } from '../ids/ids.js';

/**
 * What a refund takes, as it is kept: each sum as it counted (null: by what the option's amount says). One whose `factor`
 * is left out is of whatever came first.
 */
export interface StoredLot {
  /** Base units. */
  amount: string;
  factor?: { numerator: string; denominator: string } | null;
}

type Money = Pick<PaymentRecord, 'options' | 'assets' | 'credits' | 'refunds'>;

/**
 * What a refund that is asked for takes of the money that counts in its asset, settled once and for all.
 * @param own how the deposit counts that goes back; left out: the refund is of no deposit in particular
 * @returns null where it is what it says already: of a deposit, all of which is there
 */
export function lotsOfRefund(
  record: Money,
  { chainId, tokenAddress, amount }: { chainId: ChainId; tokenAddress: Asset; amount: bigint },
  own?: Fraction | null,
): StoredLot[] | null {
  const option = optionOf(record, { chainId, tokenAddress });
  const holding = holdingsOf(record.options, record.credits, record.refunds)[option];
  if (holding === undefined) return null;
  const final = record.options[option]?.amountConfirmed ?? 0n;
  const lots = lotsFor(amount, { ...holding, final }, own);
  const [only] = lots;
  if (own !== undefined && only?.amount === amount && isAlike(only.factor, own)) return null;
  const rest = amount - lots.reduce((sum, lot) => sum + lot.amount, 0n);
  return [...lots.map(stored), ...(rest > 0n ? [{ amount: rest.toString() }] : [])];
}

function stored({ amount, factor }: Lot): StoredLot {
  const of = factor && { numerator: factor.numerator.toString(), denominator: factor.denominator.toString() };
  return { amount: amount.toString(), factor: of };
}

function isAlike(a: Fraction | null, b: Fraction | null): boolean {
  return a?.numerator === b?.numerator && a?.denominator === b?.denominator;
}
