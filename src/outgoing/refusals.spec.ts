import { describe, expect, it } from '@jest/globals';
import { type EntityManager } from 'typeorm';
import { type Broadcast } from '../chain/accounts/broadcast-to-all.js';
import { FinalHooks } from './final-hooks.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord, type OutgoingRepository } from './outgoing.repository.js';
import { isRefusedForLong, type Judged, judged, Refusals } from './refusals.js';

const MINUTE = 60_000;
const BUMP = 3 * MINUTE;

describe('a transaction that nodes refuse, whatever the words', () => {
  it.each([
    ['ten times in a moment', 10, 2 * MINUTE, true, false, false],
    ['for long, and a few times', 9, 60 * MINUTE, true, false, false],
    ['ten times and for long', 10, 15 * MINUTE, true, false, true],
    ['the same, where one may still take it', 10, 44 * MINUTE, false, false, false],
    ['the same, where one has said nothing for far longer', 30, 45 * MINUTE, false, false, true],
    ['the same, where one has it and may pass it on', 100, 134 * MINUTE, true, true, false],
    ['the same, where one has had it for far longer', 100, 135 * MINUTE, true, true, true],
  ])('is given up, or not: %s', (_what, times, forMs, isHeardOfAll, isMinded, isGivenUp) => {
    expect(isRefusedForLong({ times, forMs, isHeardOfAll, isMinded }, BUMP)).toBe(isGivenUp);
  });

  const stands = (given: Partial<Broadcast['stands']>) => ({
    minding: 0,
    lacking: 0,
    refusing: 0,
    aboveCap: 0,
    ...given,
  });
  it.each([
    ['all refuse it', { refusing: 2 }, false, true, false],
    ['one has it, which may keep it to itself', { minding: 1, refusing: 1 }, false, true, true],
    ['several have it', { minding: 2, refusing: 1 }, false, false, false],
    ['one has it, and nobody says no', { minding: 1 }, false, false, false],
    ['it is too dear for one', { minding: 1, refusing: 1, aboveCap: 1 }, false, false, false],
    ['its account cannot pay', { lacking: 1, refusing: 1 }, false, false, false],
    ['one says that it cannot pay, and it can', { lacking: 1, refusing: 1 }, true, true, false],
    ['all say that it cannot pay, and it can', { lacking: 2 }, true, true, false],
    ['the only one says that it cannot pay', { lacking: 1 }, false, false, false],
    ['one has it, one says wrongly that it cannot pay', { minding: 1, lacking: 1 }, true, true, true],
    ['nobody says anything', {}, false, false, false],
  ])('is refused, or not, where %s', (_where, given, canPay, isRefused, isMinded) => {
    const broadcast = {
      outcome: 'refused' as const,
      words: 'no',
      isForGood: false,
      isRefused: false,
      isHeardOfAll: true,
    };
    expect(judged({ ...broadcast, stands: stands(given) }, canPay)).toEqual({
      ...broadcast,
      isRefused,
      isMinded,
    });
  });
});

describe('what nodes said of it', () => {
  const record = (txHash = '0x1') =>
    ({ outgoing: { id: 'one' }, attempts: [{ txHash }] }) as unknown as OutgoingRecord;
  const said = (given: Partial<Judged>): Judged => ({
    outcome: 'unreachable',
    words: 'no',
    isForGood: false,
    isRefused: true,
    isHeardOfAll: true,
    isMinded: false,
    ...given,
  });
  const refusals = () => new Refusals({} as OutgoingRepository, new FinalHooks());

  it('counts once for each block: a chain that stands still takes nothing from anybody', () => {
    const all = refusals();
    const noted = [5, 5, 6, 6, 7].map((block) => all.note(record(), said({}), false, block));
    expect(noted).toEqual(['refused', 'unknown', 'refused', 'unknown', 'refused']);
  });

  it.each([
    ['nodes have it', said({ outcome: 'accepted', isRefused: false }), false, 'taken'],
    ['they would for more money', said({ outcome: 'insufficient_funds', isRefused: false }), false, 'taken'],
    ['one has it, and the others refuse it', said({ outcome: 'accepted', isMinded: true }), false, 'refused'],
    ['they have cheaper bytes of it', said({ outcome: 'fee_above_cap' }), true, 'taken'],
    ['nobody could be reached', said({ isRefused: false }), false, 'unknown'],
    ['their pool is full', said({ outcome: 'refused', isRefused: false }), false, 'unknown'],
  ] as const)('where %s', (_where, broadcast, isCheaperTaken, standing) => {
    expect(refusals().note(record(), broadcast, isCheaperTaken, 5)).toBe(standing);
  });

  it('is known once nodes were given its last bytes in this process, and forgotten with its end', async () => {
    const hooks = new FinalHooks();
    const all = new Refusals({} as OutgoingRepository, hooks);
    all.onModuleInit();
    expect(all.isKnown(record())).toBe(false);
    all.note(record(), said({ outcome: 'accepted', isRefused: false }), false, 5);
    expect([all.isKnown(record()), all.isKnown(record('0x2'))]).toEqual([true, false]);
    all.note(record('0x2'), said({ outcome: 'fee_above_cap' }), false, 6);
    expect([all.isKnown(record('0x2')), all.isAboveCap(record('0x2'))]).toEqual([true, true]);
    await hooks.run('ended', {} as EntityManager, { id: 'one' } as OutgoingTransaction);
    expect(all.isKnown(record('0x2'))).toBe(false);
    // What was counted is forgotten as well: the same block counts anew.
    expect(all.note(record('0x2'), said({}), false, 6)).toBe('refused');
  });

  it('is about the last bytes signed for it', () => {
    const all = refusals();
    all.note(record(), said({ outcome: 'fee_above_cap', isForGood: true }), false, 5);
    expect([all.isAboveCap(record()), all.isForGood(record())]).toEqual([true, true]);
    expect([all.isAboveCap(record('0x2')), all.isForGood(record('0x2'))]).toEqual([false, false]);
    all.note(record(), said({ outcome: 'accepted', isRefused: false }), false, 6);
    expect([all.isAboveCap(record()), all.isForGood(record())]).toEqual([false, false]);
  });
});
