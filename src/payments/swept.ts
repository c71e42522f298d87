import { givenBack } from './given-back.js';
import { Parts } from './parts.js';
import { type PaymentRecord } from './payment-records.js';
import { holdingsOf } from './tally.js';

/**
 * Whether what paid a payment has been brought to the treasury for good, or has gone back. What came besides, in assets
 * without which it would be paid as well, is not waited for: it may be a speck that never pays for its own sweep, and
 * anybody may send that.
 */
export function isSwept({
  payment,
  options,
  credits,
  refunds,
}: Pick<PaymentRecord, 'payment' | 'options' | 'credits' | 'refunds'>): boolean {
  const isDone = options.map(({ sweep, amountReceived }, index) => {
    const { refunded } = givenBack(refunds.filter(({ option }) => option === index));
    return sweep !== null || refunded >= amountReceived;
  });
  if (options.every(({ sweep }) => sweep === null)) return false;
  if (!isDone.includes(false)) return true;
  const holdings = holdingsOf(options, credits, refunds);
  const parts = new Parts(holdings);
  const kept = holdings.reduce((sum, { pieces, back }, option) => {
    if (isDone[option] !== true) return sum;
    const came = pieces.reduce((worth, piece) => worth + parts.of(option, piece), 0n);
    return sum + came - parts.average(option, back.beforeConfirmation);
  }, 0n);
  return parts.isEnough(kept, payment.underpaymentToleranceBps);
}
