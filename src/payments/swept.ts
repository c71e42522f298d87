import { givenBack, isBeforeConfirmation } from './given-back.js';
import { Parts } from './parts.js';
import { type PaymentOption } from './payment-option.entity.js';
import { type PaymentRecord } from './payment-records.js';
import { holdingsOf } from './tally.js';

/**
 * Whether a payment's money has been brought to the treasury for good, as far as it did not go back: in every option that
 * received any, or in so many of them that what they keep is all that is due. Money in the others is swept later, or never
 * where it does not pay for that: a stranger's speck in another asset keeps nothing back.
 */
export function isSwept({
  payment,
  options,
  credits,
  refunds,
}: {
  payment: Pick<PaymentRecord['payment'], 'underpaymentToleranceBps'>;
  options: readonly Pick<PaymentOption, 'amount' | 'amountReceived' | 'sweep'>[];
} & Pick<PaymentRecord, 'credits' | 'refunds'>): boolean {
  if (options.every(({ sweep }) => sweep === null)) return false;
  const isGone = ({ amountReceived, sweep }: (typeof options)[number], index: number) =>
    sweep !== null || givenBack(refunds.filter(({ option }) => option === index)).refunded >= amountReceived;
  if (options.every(isGone)) return true;
  const holdings = holdingsOf(options, credits, refunds);
  const parts = new Parts(holdings);
  const brought = holdings.reduce((sum, { pieces }, index) => {
    const option = options[index] as (typeof options)[number];
    if (!isGone(option, index)) return sum;
    // What came after its sweep is not at the treasury.
    const gone =
      option.sweep === null ? pieces : pieces.filter(({ isSwept: isBrought }) => isBrought === true);
    return sum + parts.sumOf(index, gone) - parts.back(index, isBeforeConfirmation);
  }, 0n);
  return parts.isEnough(brought, payment.underpaymentToleranceBps);
}
