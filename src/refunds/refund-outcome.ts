/** What came of looking at a refund that is to be paid. */
export type RefundOutcome =
  /** It, or the gas for it, is signed and waits to be broadcast. */
  | { state: 'signed' }
  /** Someone else is at it: it is looked at again. */
  | { state: 'busy' }
  /** Not now, and why. */
  | { state: 'waits'; reason: string }
  /** Never, and why: its amount may be refunded again. */
  | { state: 'fails'; reason: string };

export const SIGNED: RefundOutcome = { state: 'signed' };

export const BUSY: RefundOutcome = { state: 'busy' };

export function waits(reason: string): RefundOutcome {
  return { state: 'waits', reason };
}

export function fails(reason: string): RefundOutcome {
  return { state: 'fails', reason };
}
