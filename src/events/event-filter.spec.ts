import { describe, expect, it } from '@jest/globals';
import { subscribes } from './event-filter.js';

describe('subscribes', () => {
  it.each([
    [['payment.confirmed'], 'payment.confirmed', true],
    [['payment.confirmed'], 'payment.expired', false],
    [['payment.*'], 'payment.expired', true],
    [['payment.*'], 'payments.expired', false],
    [['payment.*'], 'payment', false],
    [['*'], 'deposit.unassigned', true],
    [[], 'payment.confirmed', false],
  ])('%j takes %s: %p', (types, type, expected) => {
    expect(subscribes(types, type)).toBe(expected);
  });
});
