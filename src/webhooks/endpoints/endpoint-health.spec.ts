import { describe, expect, it } from '@jest/globals';
import { healthChanges } from './endpoint-health.js';

const NOW = Date.parse('2026-11-23T10:00:00.000Z');
const DAY_MS = 86_400_000;

type Attempt = Parameters<typeof healthChanges>[0][number];

const anAttempt = (id: string, state: 'delivered' | 'pending' | 'dead', failingDays?: number): Attempt => {
  const failingSince = failingDays === undefined ? null : new Date(NOW - failingDays * DAY_MS);
  return [{ endpoint: { id, failingSince } }, { state, disableFor: null }];
};
const kinds = (...attempts: Attempt[]) =>
  healthChanges(attempts, NOW).map(({ endpointId, kind }) => `${endpointId} ${kind}`);

describe('healthChanges', () => {
  it('says nothing of an endpoint that goes on as it was', () => {
    expect(kinds(anAttempt('a', 'delivered'), anAttempt('b', 'pending', 1))).toEqual([]);
  });

  it('notes the first failure, and the first success after it', () => {
    expect(kinds(anAttempt('a', 'pending'), anAttempt('b', 'delivered', 2))).toEqual([
      'a failing',
      'b recovered',
    ]);
  });

  it('disables what has only failed for more than 5 days, dead letters and retries alike', () => {
    expect(kinds(anAttempt('a', 'pending', 5.01), anAttempt('b', 'dead', 6))).toEqual([
      'a disable',
      'b disable',
    ]);
    expect(kinds(anAttempt('a', 'pending', 4.99))).toEqual([]);
  });

  it('does not count days in which this process stood still', () => {
    const attempts = [anAttempt('a', 'pending', 6)];
    const stood = (days: number) => healthChanges(attempts, NOW, () => days * DAY_MS).map(({ kind }) => kind);
    expect(stood(2)).toEqual([]);
    expect(stood(0.5)).toEqual(['disable']);
  });

  it('does not disable what answered once in the same breath', () => {
    expect(kinds(anAttempt('a', 'delivered', 6), anAttempt('a', 'pending', 6))).toEqual(['a recovered']);
    expect(kinds(anAttempt('a', 'pending', 6), anAttempt('a', 'delivered', 6))).toEqual(['a recovered']);
  });

  it('disables what is gone, whatever else came of it', () => {
    const [delivery] = anAttempt('a', 'dead');
    const gone: Attempt = [delivery, { state: 'dead', disableFor: 'it answered 410 Gone' }];
    expect(healthChanges([gone, anAttempt('a', 'delivered', 1)], NOW)).toEqual([
      { endpointId: 'a', kind: 'disable', reason: 'it answered 410 Gone' },
    ]);
  });

  it('goes through endpoints in one order', () => {
    expect(kinds(anAttempt('b', 'pending'), anAttempt('a', 'pending'))).toEqual(['a failing', 'b failing']);
  });
});
