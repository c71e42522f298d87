import { describe, expect, it } from '@jest/globals';
import { computeAddress } from 'ethers';
import fc from 'fast-check';
import { type ChainConfig } from './chains.js';
import { ownerless } from './ownerless.js';
import { accountProblems, type RecipientRole, unfitByConfiguration } from './recipients.js';
import { type Address, toAddress, toChainId } from '../ids/ids.js';

const KEY = `0x${'7a'.repeat(32)}`;
const PAYOUT = `0x${'9b'.repeat(32)}`;
const TOKEN = `0x${'70'.repeat(20)}`;
const DELEGATE = `0x${'d3'.repeat(20)}`;
const FACTORY = `0x${'f0'.repeat(20)}`;
const TREASURY = '0x9858effd232b4033e47d90003d41ec34ecaeda94';
const OTHER_TREASURY = '0xfb6916095ca1df60bb79ce92ce3ea74c37c5d359';

const settings = {
  nodeEnv: 'test' as const,
  treasuryAddress: TREASURY,
  gasTankPrivateKey: KEY,
  payoutPrivateKey: PAYOUT,
  chainsFile: 'chains.yaml',
};
const chains = [
  { name: 'ethereum', tokens: [], sweep: {}, forwarder: FACTORY },
  {
    name: 'polygon',
    tokens: [{ symbol: 'USDC', address: TOKEN }],
    sweep: { treasury: OTHER_TREASURY, batches: { delegate: DELEGATE } },
    forwarder: null,
  },
] as unknown as ChainConfig[];
const unfit = (address: string, role: 'treasury' | 'customer' = 'customer') =>
  unfitByConfiguration(toAddress(address), role, settings, chains, [toChainId(1)]);
const low = (number: number) => `0x${number.toString(16).padStart(40, '0')}`;

describe('an address that swallows money', () => {
  it.each([
    ['zero', low(0)],
    ['a precompile', low(1)],
    ['the last of Ethereum’s', low(0x11)],
    ['P256VERIFY', low(0x100)],
    ['the end of that range', low(0x1ff)],
    ['Arbitrum’s', low(0x64)],
    ['Polygon’s POL', low(0x1010)],
    ['ZKsync’s base token', low(0x800a)],
    ['where money is burnt', low(0xdead)],
    ['the OP stack’s WETH', '0x4200000000000000000000000000000000000006'],
    ['the OP stack’s last', '0x42000000000000000000000000000000000007ff'],
    ['one of its implementations', '0xc0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d30016'],
    ['Scroll’s', '0x5300000000000000000000000000000000000004'],
    ['Blast’s', '0x4300000000000000000000000000000000000002'],
    ['Avalanche’s', '0x0100000000000000000000000000000000000001'],
    ['the placeholder of the native asset', '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee'],
    ['the system’s sender', '0xfffffffffffffffffffffffffffffffffffffffe'],
    ['Multicall3', '0xca11bde05977b3631167028862be2a173976ca11'],
  ])('is refused whatever it is to get money as: %s', (_name, address) => {
    expect(ownerless(address)).not.toBeNull();
    expect(unfit(address, 'customer')).not.toBeNull();
    expect(unfit(address, 'treasury')).not.toBeNull();
  });

  it('is not what keys have', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 2n ** 200n }), (number) => {
        expect(ownerless(computeAddress(`0x${number.toString(16).padStart(64, '0')}`).toLowerCase())).toBe(
          null,
        );
      }),
      { numRuns: 100 },
    );
  });
});

describe('an address that nodes of BNB Smart Chain let nobody pay', () => {
  const barred = [
    '0x489A8756C18C0b8B24EC2a2b9FF3D4d447F79BEc',
    '0xFd6042Df3D74ce9959922FeC559d7995F3933c55',
    '0xdb789Eb5BDb4E559beD199B8b82dED94e1d056C9',
  ].map(toAddress);

  it.each(barred)('is refused there and nowhere else: %s', (address) => {
    const on = (chainId: number, role: RecipientRole) =>
      unfitByConfiguration(address, role, settings, chains, [toChainId(chainId)]);
    for (const role of ['customer', 'treasury'] as const) {
      expect(on(56, role)).toMatch(/BNB Smart Chain/);
      expect(on(97, role)).toMatch(/BNB Smart Chain/);
      expect(on(1, role)).toBeNull();
    }
  });

  it('is refused at the start as the treasury of that chain, by whichever setting', () => {
    const [treasury] = barred as [Address];
    const bsc = { name: 'bsc', chainId: 56, tokens: [], sweep: {}, forwarder: null };
    const with56 = (own: object) => [...chains, { ...bsc, sweep: own }] as unknown as ChainConfig[];
    const problems = (address: string | null, own: object) =>
      accountProblems({ ...settings, treasuryAddress: address }, with56(own)).map(({ name }) => name);
    expect(problems(treasury, {})).toEqual(['TREASURY_ADDRESS']);
    expect(problems(TREASURY, { treasury })).toEqual(['chains.yaml, bsc, sweep.treasury']);
    expect(problems(treasury, { treasury: OTHER_TREASURY })).toEqual([]);
  });
});

describe('an address that is ours', () => {
  const tank = toAddress(computeAddress(KEY));
  const payout = toAddress(computeAddress(PAYOUT));

  it.each([
    ['a token of any chain', TOKEN, /token USDC on chain polygon/],
    ['the contract that is delegated to', DELEGATE, /delegate to on chain polygon/],
    ['the factory of deposit addresses', FACTORY, /makes deposit addresses on chain ethereum/],
    ['the gas tank', tank, /^the gas tank$/],
    ['the account that pays refunds', payout, /^the account that pays refunds$/],
  ])('is refused as recipient and as treasury: %s', (_name, address, words) => {
    expect(unfit(address, 'customer')).toMatch(words);
    expect(unfit(address, 'treasury')).toMatch(words);
  });

  it.each([TREASURY, OTHER_TREASURY])('is refused as a customer’s: the treasury %s', (address) => {
    expect(unfit(address, 'customer')).toBe('the treasury');
    expect(unfit(address, 'treasury')).toBeNull();
  });

  it('is told of by the setting that names it, of every chain', () => {
    expect(accountProblems(settings, chains)).toEqual([]);
    const [first, second] = chains as [ChainConfig, ChainConfig];
    const wrong = [first, { ...second, sweep: { ...second.sweep, treasury: tank } }];
    const found = accountProblems({ ...settings, treasuryAddress: TOKEN }, wrong);
    expect(found.map(({ name }) => name)).toEqual([
      'TREASURY_ADDRESS',
      'chains.yaml, polygon, sweep.treasury',
    ]);
    expect(found.map(({ what }) => what)).toEqual([
      expect.stringContaining('the contract of the token USDC'),
      expect.stringContaining('the gas tank'),
    ]);
  });

  it('is not, in production, where everybody has the key', () => {
    const published = toAddress('0x70997970c51812dc3a010c7d01b50e0d17dc79c8');
    const [first, second] = chains as [ChainConfig, ChainConfig];
    const wrong = [first, { ...second, sweep: { treasury: published } } as ChainConfig];
    const own = { ...settings, treasuryAddress: null };
    expect(accountProblems(own, wrong)).toEqual([]);
    expect(accountProblems({ ...own, nodeEnv: 'production' }, wrong)).toEqual([
      {
        name: 'chains.yaml, polygon, sweep.treasury',
        what: expect.stringContaining('published test account'),
      },
    ]);
  });

  it('pays either gas or refunds', () => {
    expect(accountProblems({ ...settings, payoutPrivateKey: KEY }, chains)).toEqual([
      { name: 'PAYOUT_PRIVATE_KEY', what: expect.stringContaining('the key of the gas tank too') },
    ]);
  });
});
