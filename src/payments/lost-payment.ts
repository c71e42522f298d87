import { type Payment } from './payment.entity.js';

/** Before any chain: nothing counts by itself towards what nobody remembers asking for. */
export const LONG_PAST = new Date(0);

/** It was made after the backup that was restored, and made again when money came for it. */
export function isLost({ expiresAt }: Pick<Payment, 'expiresAt'>): boolean {
  return expiresAt.getTime() === LONG_PAST.getTime();
}
