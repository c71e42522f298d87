import { describe, expect, it } from '@jest/globals';
import { toTokenAddress } from '../../ids/ids.js';
import { type TokenFindings } from './check-tokens.js';
import { type TokenProblem } from './token-check.js';
import { afterLook, NOTHING_KNOWN } from './token-looks.js';

const TOKEN = toTokenAddress(`0x${'11'.repeat(20)}`);
const OTHER = toTokenAddress(`0x${'22'.repeat(20)}`);
const NATIVE: TokenProblem = { reason: 'it is native', isNative: true, areBalancesFalse: true };
const DECIMALS: TokenProblem = { reason: 'it has 0 decimals', isNative: false, areBalancesFalse: false };

const look = (problem: TokenProblem | null | 'silent'): TokenFindings => ({
  problems: new Map(problem === null || problem === 'silent' ? [] : [[TOKEN, problem]]),
  unasked: problem === 'silent' ? [TOKEN] : [],
});

/** What is wrong with the token after each of these looks, one after the other. */
function problemsAfter(...looks: (TokenProblem | null | 'silent')[]): (TokenProblem | null)[] {
  let known = NOTHING_KNOWN;
  let nowMs = 0;
  return looks.map((one) => {
    known = afterLook(known, [{ address: TOKEN }], look(one), (nowMs += 10_000));
    return known.problems.get(TOKEN) ?? null;
  });
}

describe('a token that was well', () => {
  it('is read on, whoever says that it is the native asset', () => {
    const outOfService = { ...NATIVE, isNative: false };
    expect(problemsAfter(null, NATIVE, NATIVE, NATIVE)).toEqual([null, null, outOfService, outOfService]);
    expect(problemsAfter(DECIMALS, null, NATIVE, NATIVE).at(-1)).toEqual(outOfService);
  });

  it('is out of service only when it is found wrong twice running', () => {
    expect(problemsAfter(null, DECIMALS, null, DECIMALS, DECIMALS)).toEqual([
      ...[null, null, null, null],
      DECIMALS,
    ]);
  });

  it('is not cleared, nor found wrong, by a look that nobody answered', () => {
    expect(problemsAfter(null, DECIMALS, 'silent', DECIMALS)).toEqual([null, null, null, DECIMALS]);
    expect(problemsAfter(null, DECIMALS, DECIMALS, 'silent').at(-1)).toEqual(DECIMALS);
    expect(problemsAfter(null, DECIMALS, 'silent', null).at(-1)).toBeNull();
  });

  it('stays in service for a minute in which one endpoint alone finds it wrong, and no other says anything', () => {
    const alone = { ...DECIMALS, isOfOne: true };
    const looks = Array.from({ length: 7 }, () => alone);
    expect(problemsAfter(null, ...looks)).toEqual([...Array.from({ length: 7 }, () => null), alone]);
    expect(problemsAfter(null, alone, alone, DECIMALS).at(-1)).toEqual(DECIMALS);
    expect(problemsAfter(null, ...looks.slice(1), null, alone, alone).at(-1)).toBeNull();
  });

  it('needs two looks again once it has been in service again', () => {
    expect(problemsAfter(null, DECIMALS, DECIMALS, null, DECIMALS)).toEqual([
      ...[null, null, DECIMALS],
      ...[null, null],
    ]);
  });
});

it('a token that was never found well is out of service at once, and not read where it is the native asset', () => {
  expect(problemsAfter('silent', NATIVE)).toEqual([null, NATIVE]);
  expect(problemsAfter(DECIMALS, NATIVE)).toEqual([DECIMALS, NATIVE]);
});

it('a look at one token says nothing of another', () => {
  const known = afterLook(
    NOTHING_KNOWN,
    [{ address: OTHER }],
    {
      problems: new Map([[OTHER, DECIMALS]]),
      unasked: [],
    },
    0,
  );
  const after = afterLook(known, [{ address: TOKEN }], look(null), 0);
  expect(after.problems.get(OTHER)).toEqual(DECIMALS);
  expect([...after.wereWell]).toEqual([TOKEN]);
});
