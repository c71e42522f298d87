import { describe, expect, it } from '@jest/globals';
import { type PaymentStanding, situationOf } from './situation.js';

const NOW = new Date('2026-11-27T10:00:00Z');
const LATER = new Date('2026-11-27T10:30:00Z');
const standing = (change: Partial<PaymentStanding>): PaymentStanding => ({
  status: 'pending',
  exception: null,
  expiresAt: LATER,
  hasElsewhere: false,
  ...change,
});

describe('what a customer is told', () => {
  it.each<[Partial<PaymentStanding>, string]>([
    [{}, 'waiting'],
    [{ expiresAt: NOW }, 'time_up'],
    [{ status: 'expired', expiresAt: LATER }, 'time_up'],
    [{ status: 'partially_paid' }, 'part_paid'],
    [{ status: 'partially_paid', expiresAt: NOW }, 'time_up'],
    [{ status: 'detected', expiresAt: NOW }, 'seen'],
    [{ status: 'confirmed' }, 'done'],
    [{ status: 'settled', exception: 'late' }, 'done'],
    [{ status: 'confirmed', exception: 'overpaid' }, 'too_much'],
    [{ hasElsewhere: true }, 'elsewhere'],
    [{ status: 'expired', hasElsewhere: true }, 'elsewhere'],
    [{ status: 'confirmed', hasElsewhere: true }, 'done'],
    [{ status: 'failed', hasElsewhere: true }, 'failed'],
    [{ status: 'cancelled' }, 'cancelled'],
  ])('of %j is %s', (change, situation) => {
    expect(situationOf(standing(change), NOW)).toBe(situation);
  });
});
