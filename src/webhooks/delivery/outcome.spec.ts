import { describe, expect, it } from '@jest/globals';
import { storable } from '../../database/storable.js';
import { outcomeOf } from './outcome.js';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const TIMING = { address: '192.0.2.1', dnsMs: 3, connectMs: 9, firstByteMs: 20 };

const answered = (status: number, retryAfter?: string) => ({
  kind: 'answered' as const,
  status,
  retryAfter,
  response: 'body',
  timing: TIMING,
});
const outcome = (answer: Parameters<typeof outcomeOf>[0], attempts = 1, scheduleMs = [1_000, 5_000]) =>
  outcomeOf(answer, { scheduleMs, attempts, durationMs: 40, now: NOW, random: 0.5 });

describe('outcomeOf', () => {
  it.each([200, 201, 204, 299])('takes %d for a delivery', (status) => {
    expect(outcome(answered(status))).toEqual({
      state: 'delivered',
      nextInMs: null,
      disableFor: null,
      attempt: { durationMs: 40, status, error: null, response: 'body', ...TIMING },
    });
  });

  it.each([199, 300, 301, 307, 400, 404, 500, 502])('sends again after %d', (status) => {
    expect(outcome(answered(status))).toMatchObject({ state: 'pending', nextInMs: 1_000 });
  });

  it('sends again when there was no answer, and keeps the reason', () => {
    const failed = { kind: 'failed' as const, error: storable('connection refused'), timing: TIMING };
    expect(outcome(failed, 2)).toMatchObject({
      state: 'pending',
      nextInMs: 5_000,
      attempt: { status: null, error: 'connection refused', response: null },
    });
  });

  it('is dead at the end of the schedule: retries do stop', () => {
    expect(outcome(answered(500), 3)).toMatchObject({ state: 'dead', nextInMs: null, disableFor: null });
    expect(outcome(answered(503, '60'), 3)).toMatchObject({ state: 'dead', nextInMs: null });
  });

  it('ends at 410 and disables the endpoint, with the schedule not yet used up', () => {
    expect(outcome(answered(410))).toMatchObject({
      state: 'dead',
      nextInMs: null,
      disableFor: 'it answered 410 Gone',
    });
  });

  it('waits as long as an overloaded endpoint asks, never less than the schedule, never above 24 hours', () => {
    expect(outcome(answered(429, '30'))).toMatchObject({ nextInMs: 30_000 });
    expect(outcome(answered(503, '0'))).toMatchObject({ nextInMs: 1_000 });
    expect(outcome(answered(503, '99999999'))).toMatchObject({ nextInMs: 86_400_000 });
    expect(outcome(answered(500, '30'))).toMatchObject({ nextInMs: 1_000 });
  });
});
