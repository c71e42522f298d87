import { describe, expect, it } from '@jest/globals';
import { brokenBy, type SigningFacts } from './signing-rules.js';
import { toAddress } from '../ids/ids.js';

const TREASURY = toAddress(`0x${'5c'.repeat(20)}`);
const OTHER = toAddress(`0x${'0d'.repeat(20)}`);

const GOOD: SigningFacts = {
  purpose: 'sweep',
  pause: { isPaused: false, reason: null },
  fees: { maxFeePerGas: 10n, maxPriorityFeePerGas: 1n },
  maxGasPrice: 10n,
  tokenProblem: null,
  sweeping: { treasury: TREASURY },
  recipients: [TREASURY],
  unfit: null,
  isPayerDeposit: false,
  fee: { expected: 100n, most: 100n },
  days: [{ tokenAddress: null, maxPerDay: 50n, left: 20n, wanted: 20n }],
  balance: { has: 30n, promised: 10n, needed: 20n, asset: 'the native asset' },
};

const CHANGES: [string, Partial<SigningFacts>, string, RegExp][] = [
  ['a pause', { pause: { isPaused: true, reason: 'audit' } }, 'paused', /paused: audit$/],
  ['gas above the ceiling', { fees: { maxFeePerGas: 11n, maxPriorityFeePerGas: 1n } }, 'gas_price', /11 wei/],
  [
    'a token out of service',
    { tokenProblem: 'token ODD has 8 decimals on chain' },
    'token',
    /has 8 decimals/,
  ],
  ['another treasury', { sweeping: { treasury: OTHER } }, 'treasury', /another one/],
  ['one part of a batch for another treasury', { recipients: [TREASURY, OTHER] }, 'treasury', /another one/],
  ['sweeping switched off', { sweeping: { off: 'TREASURY_ADDRESS is not set' } }, 'treasury', /is not set/],
  [
    'a recipient of ours',
    { unfit: { recipient: OTHER, what: 'the gas tank' } },
    'recipient',
    /is the gas tank/,
  ],
  [
    'a payer whose money is customers’',
    { isPayerDeposit: true },
    'balance',
    /deposit address of this wallet/,
  ],
  [
    'a fee above its share',
    { fee: { expected: 101n, most: 100n } },
    'fee_share',
    /101 wei by now, and may be 100/,
  ],
  [
    'the day used up',
    { days: [{ tokenAddress: null, maxPerDay: 50n, left: 19n, wanted: 20n }] },
    'daily_limit',
    /19/,
  ],
  [
    'money promised meanwhile',
    { balance: { ...GOOD.balance, promised: 11n } as SigningFacts['balance'] },
    'balance',
    /11/,
  ],
];

describe('what holds when something is signed', () => {
  it('is everything on the list, to the wei', () => {
    expect(brokenBy(GOOD)).toBeNull();
  });

  it.each(CHANGES)('is not all of it after %s', (_what, change, code, words) => {
    const broken = brokenBy({ ...GOOD, ...change });
    expect(broken).toEqual({ code, reason: expect.stringMatching(words) });
  });

  it('asks nothing of what does not concern it', () => {
    const refund = {
      ...GOOD,
      purpose: 'refund' as const,
      sweeping: null,
      recipients: [OTHER],
      fee: null,
      days: [],
    };
    expect(brokenBy({ ...refund, maxGasPrice: undefined, balance: null })).toBeNull();
    expect(brokenBy({ ...GOOD, fee: { expected: 10n ** 18n, most: null } })).toBeNull();
  });
});
