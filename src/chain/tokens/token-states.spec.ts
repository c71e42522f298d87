import { expect, it } from '@jest/globals';
import { type ChainConfig } from '../../config/chains.js';
import { toTokenAddress } from '../../ids/ids.js';
import { steadyTime } from '../../process/steady-time.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { checkTokens, NOTHING_FOUND, type TokenFindings, tokensChanged } from './check-tokens.js';
import { TokenStates } from './token-states.js';

const [GOOD, ODD] = [toTokenAddress(`0x${'11'.repeat(20)}`), toTokenAddress(`0x${'22'.repeat(20)}`)];
const PROBLEM = { reason: 'it has 18 decimals', isNative: false, areBalancesFalse: false };

/** Two tokens that are well at the start, and whatever becomes of the second one. */
function aChain() {
  let nowMs = 0;
  let odd: 'well' | 'changed' | 'silent' = 'well';
  const asked: string[] = [];
  const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
  const config = { name: 'chain', tokens: [GOOD, ODD].map((address) => ({ address })) } as ChainConfig;
  const states = new TokenStates(config, {} as RpcPool, silent, {
    nowMs: () => nowMs,
    ranMs: () => nowMs,
    changed: ({ tokens }) => {
      asked.push(`decimals of ${tokens.length}`);
      return Promise.resolve(
        new Set(tokens.map(({ address }) => address).filter((one) => one === ODD && odd === 'changed')),
      );
    },
    check: ({ tokens }): Promise<TokenFindings> => {
      if (tokens.length > 0) asked.push(`all of ${tokens.length}`);
      const hasOdd = tokens.some(({ address }) => address === ODD);
      if (hasOdd && odd === 'silent') return Promise.resolve({ problems: new Map(), unasked: [ODD] });
      const isWrong = hasOdd && odd === 'changed';
      return Promise.resolve({ problems: new Map(isWrong ? [[ODD, PROBLEM]] : []), unasked: [] });
    },
  });
  states.found(NOTHING_FOUND);
  return {
    become: (now: typeof odd) => (odd = now),
    after: async (seconds: number) => {
      nowMs += seconds * 1_000;
      asked.length = 0;
      states.checkAgain();
      await new Promise(setImmediate);
      return { asked: [...asked], problem: states.problemOf(ODD)?.reason ?? null };
    },
  };
}

it('a token whose decimals change is out of service within about a minute, and in it again once they are right', async () => {
  const { become, after } = aChain();
  expect(await after(59)).toEqual({ asked: [], problem: null });
  expect(await after(1)).toEqual({ asked: ['decimals of 2'], problem: null });
  become('changed');
  expect(await after(60)).toEqual({ asked: ['decimals of 2', 'all of 1'], problem: null });
  expect(await after(2)).toEqual({ asked: ['all of 1'], problem: PROBLEM.reason });
  become('silent');
  expect(await after(30)).toEqual({ asked: ['all of 1'], problem: PROBLEM.reason });
  become('well');
  expect(await after(30)).toEqual({ asked: ['decimals of 1', 'all of 1'], problem: null });
});

it('one endpoint alone that calls a token native is waited for with, for a minute, as long as no other says anything', () => {
  let ranMs = 0;
  // A standstill before every look: it is nobody's silence.
  let nowMs = 0;
  const now = () => (nowMs += 3_600_000);
  const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
  const config = { name: 'chain', tokens: [{ address: ODD }] } as ChainConfig;
  const asking = { nowMs: now, ranMs: () => ranMs, changed: tokensChanged, check: checkTokens };
  const states = new TokenStates(config, {} as RpcPool, silent, asking);
  const look = (problem?: object) =>
    states.found({ problems: new Map(problem ? [[ODD, { ...PROBLEM, ...problem }]] : []), unasked: [] });
  const alone = { isNative: true, isOfOne: true };
  expect(states.isAnyHiddenByOne).toBe(false);
  look({ isNative: true });
  expect(states.isAnyHiddenByOne).toBe(false);
  look({ isOfOne: true });
  expect(states.isAnyHiddenByOne).toBe(false);
  look(alone);
  expect(states.isAnyHiddenByOne).toBe(true);
  ranMs += 59_999;
  look(alone);
  expect(states.isAnyHiddenByOne).toBe(true);
  ranMs += 1;
  expect(states.isAnyHiddenByOne).toBe(false);
  look();
  expect([states.isAnyHiddenByOne, states.problemOf(ODD)]).toEqual([false, null]);
});

it('by itself, it counts how long this process ran: one endpoint alone gains nothing by our standstill', () => {
  const { nowMs: untouched } = steadyTime;
  const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
  const config = { name: 'chain', tokens: [{ address: ODD }] } as ChainConfig;
  const states = new TokenStates(config, {} as RpcPool, silent);
  try {
    states.found({ problems: new Map([[ODD, { ...PROBLEM, isNative: true, isOfOne: true }]]), unasked: [] });
    expect(states.isAnyHiddenByOne).toBe(true);
    steadyTime.nowMs = () => untouched() + 3_600_000;
    expect(states.isAnyHiddenByOne).toBe(true);
  } finally {
    steadyTime.nowMs = untouched;
  }
});

it('all that is checked of a token is checked again every half hour', async () => {
  const { after } = aChain();
  expect(await after(1_799)).toMatchObject({ asked: ['decimals of 2'] });
  expect(await after(60)).toMatchObject({ asked: ['all of 2'] });
  expect(await after(60)).toMatchObject({ asked: ['decimals of 2'] });
});
