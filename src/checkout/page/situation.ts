import { type PaymentException, type PaymentStatus } from '../../payments/lifecycle.js';
import { type Situation } from './page-view.js';

export interface PaymentStanding {
  status: PaymentStatus;
  exception: PaymentException | null;
  expiresAt: Date;
  /** Something arrived that does not count, and nobody has made anything of it yet. */
  hasElsewhere: boolean;
}

/**
 * What a customer is told. The clock says that time is up, so that nobody sends too late; the payment itself moves by its
 * chains, which may still show money that was sent in time.
 */
export function situationOf(
  { status, exception, expiresAt, hasElsewhere }: PaymentStanding,
  now: Date,
): Situation {
  switch (status) {
    case 'detected':
      return 'seen';
    case 'confirmed':
    case 'settled':
      return exception === 'overpaid' ? 'too_much' : 'done';
    case 'failed':
    case 'cancelled':
      return status;
    case 'pending':
    case 'partially_paid':
    case 'expired':
      if (hasElsewhere) return 'elsewhere';
      if (status === 'expired' || expiresAt <= now) return 'time_up';
      return status === 'pending' ? 'waiting' : 'part_paid';
  }
}
