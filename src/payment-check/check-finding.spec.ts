import { describe, expect, it } from '@jest/globals';
import {
  type Arrival,
  findingOf,
  findingOfNone,
  findingWithout,
  type Standing,
  summary,
} from './check-finding.js';
import { type RefundFact } from '../payments/given-back.js';
import { type Payment } from '../payments/payment.entity.js';
import { type Transfer } from '../payments/transfer.entity.js';
import { type Address, toAddress, toChainId, toTokenAddress } from '../ids/ids.js';

const OURS = toAddress(`0x${'11'.repeat(20)}`);
const THEIRS = toAddress(`0x${'22'.repeat(20)}`);
const ETHER = 10n ** 18n;
const ETH = { id: null, address: null, symbol: 'ETH', decimals: 18 };
const USDC = { id: 'u', address: toTokenAddress(`0x${'33'.repeat(20)}`), symbol: 'USDC', decimals: 6 };
const [ETHEREUM_ID, POLYGON] = [toChainId(1), toChainId(137)];
const ETHEREUM = { name: 'ethereum', internal: 'seen' as const };
const DUE_AT = new Date('2026-01-01T00:00:00Z');

function aStanding({
  scanned = 102,
  back,
  isCovered = true,
  ...payment
}: Partial<Payment> &
  Partial<Pick<Standing, 'scanned' | 'isCovered'>> & { back?: RefundFact[] } = {}): Standing {
  const own = {
    amount: ETHER,
    amountReceived: ETHER,
    amountConfirmed: 0n,
    requiredConfirmations: 12,
    ...payment,
  };
  return {
    payment: {
      chain: 'ethereum',
      chainId: ETHEREUM_ID,
      status: 'detected',
      amount: ETHER,
      underpaymentToleranceBps: 0,
      amountReceived: ETHER,
      amountConfirmed: 0n,
      requiredConfirmations: 12,
      expiresAt: DUE_AT,
      ...payment,
    } as Payment,
    money: [
      {
        chain: 'ethereum',
        chainId: ETHEREUM_ID,
        tokenAddress: null,
        asset: ETH,
        asked: own.amount,
        received: own.amountReceived,
        confirmed: own.amountConfirmed,
        requiredConfirmations: own.requiredConfirmations,
        refunds: back ?? [],
      },
    ],
    chains: new Map([
      [ETHEREUM_ID, { name: 'ethereum' }],
      [POLYGON, { name: 'polygon' }],
    ]),
    lateWatchMs: 86_400_000,
    isCovered,
    scanned,
  };
}

function anArrival(transfer: Partial<Transfer> = {}, arrival: Partial<Arrival> = {}): Arrival {
  const moved = {
    chainId: ETHEREUM_ID,
    tokenAddress: null,
    amount: ETHER,
    blockNumber: 100,
    blockTime: DUE_AT,
    state: 'included' as const,
    uncountedReason: null,
    resolution: null,
    ...transfer,
  } as Transfer;
  return { transfer: moved, asset: ETH, recorded: moved, ...arrival };
}

describe('findingOf', () => {
  it('says how deep counted money is, and how deep it has to be', () => {
    expect(findingOf(anArrival(), aStanding())).toEqual({
      code: 'not_deep_enough',
      message:
        '1 ETH counts already and is not deep enough: it has 3 of 12 confirmations; 1 ETH of 1 ETH due have arrived.',
    });
    expect(findingOf(anArrival(), aStanding({ scanned: 111 })).code).toBe('counted');
    expect(findingOf(anArrival(), aStanding({ scanned: 110 })).code).toBe('not_deep_enough');
  });

  it('waits for the chain’s own finality where that decides', () => {
    const waiting = findingOf(anArrival(), aStanding({ requiredConfirmations: null, scanned: 9_999 }));
    expect(waiting).toMatchObject({ code: 'not_deep_enough', message: expect.stringContaining('final yet') });
    const final = aStanding({ requiredConfirmations: null, amountConfirmed: ETHER });
    expect(findingOf(anArrival(), final).code).toBe('counted');
  });

  it('says what is missing of the amount, and nothing is within the tolerance', () => {
    const part = { amountReceived: (ETHER * 99n) / 100n };
    expect(findingOf(anArrival(), aStanding({ ...part, isCovered: false })).message).toMatch(
      /only 0\.99 ETH of 1 ETH due .* so far\.$/,
    );
    const aRefund = (id: string, state: RefundFact['state']): RefundFact => ({
      id,
      amount: ETHER / 4n,
      state,
      isAfterConfirmation: false,
    });
    const back = [aRefund('one', 'confirmed'), aRefund('other', 'sent')];
    expect(findingOf(anArrival(), aStanding({ back, isCovered: false })).message).toMatch(
      /only 1 ETH of 1 ETH due .* so far, of which 0\.5 ETH went back or are to\.$/,
    );
    const tolerant = aStanding({ ...part, underpaymentToleranceBps: 100 });
    expect(findingOf(anArrival(), tolerant).message).toMatch(/; 0\.99 ETH of 1 ETH due have arrived\.$/);
    expect(findingOf(anArrival(), aStanding({ isCovered: false })).message).toMatch(
      /; only 1 ETH of 1 ETH due have arrived so far; what came late counts at the rate of its time\.$/,
    );
  });

  it.each<[Partial<Transfer>, Partial<Arrival>, string, RegExp]>([
    [
      { uncountedReason: 'wrong_chain', chainId: POLYGON },
      {},
      'wrong_chain',
      /on polygon, and .* ETH on ethereum\.$/,
    ],
    [{ uncountedReason: 'wrong_asset' }, { asset: USDC }, 'wrong_asset', /It is USDC, .* asks for ETH\.$/],
    [{ uncountedReason: 'after_watch' }, {}, 'after_watch', /watch window had ended at 2026-01-02T00:00/],
    [{ uncountedReason: 'payment_failed' }, {}, 'payment_failed', /had failed before it arrived/],
    [{ uncountedReason: 'wrong_asset', resolution: 'accepted' }, {}, 'accepted', /accepted by the merchant/],
    [{ uncountedReason: 'wrong_asset', resolution: 'ignored' }, {}, 'ignored', /chose to leave it/],
    [{ state: 'orphaned' }, {}, 'reorged', /a reorganisation took it away/],
    [{ amount: 0n }, { recorded: null }, 'zero_value', /an amount of zero/],
    [{ tokenAddress: USDC.address }, { asset: null, recorded: null }, 'unknown_token', /not accepted here/],
    [
      { blockNumber: 103 },
      { recorded: null },
      'not_scanned_yet',
      /block 103 of ethereum; the scan is at 102/,
    ],
    [{ blockNumber: 100 }, { recorded: null }, 'unreadable', /could not be read again just now/],
    [
      { blockNumber: 500, chainId: POLYGON },
      { recorded: null },
      'wrong_chain',
      /does not count.*the scan is at 102/,
    ],
  ])('of %j, %j is %s', (transfer, arrival, code, why) => {
    const finding = findingOf(anArrival(transfer, arrival), aStanding());
    expect(finding.code).toBe(code);
    expect(finding.message).toMatch(why);
  });
});

describe('summary', () => {
  it('puts what counts first, and keeps every sentence', () => {
    const one = { code: 'wrong_asset' as const, message: 'One.' };
    const two = { code: 'counted' as const, message: 'Two.' };
    expect(summary([one])).toBe(one);
    expect(summary([one, two])).toEqual({
      code: 'counted',
      message: "2 transfers reached the payment's address. One. Two.",
    });
  });
});

describe('findingWithout', () => {
  const succeeded = (...recipients: Address[]) => ({
    to: THEIRS,
    included: { hasSucceeded: true, recipients },
  });

  it('tells one that waits from one that failed', () => {
    expect(findingWithout(ETHEREUM, { to: OURS, included: null }, OURS, []).code).toBe('pending');
    const failed = { to: OURS, included: { hasSucceeded: false, recipients: [] } };
    expect(findingWithout(ETHEREUM, failed, OURS, []).code).toBe('failed');
  });

  it('names whom it paid instead, and another payment of the same merchant', () => {
    const others = Array.from({ length: 5 }, (_, index) => toAddress(`0x${String(index + 4).repeat(40)}`));
    const { code, message } = findingWithout(ETHEREUM, succeeded(THEIRS, ...others, THEIRS), OURS, []);
    expect(code).toBe('other_address');
    expect(message).toMatch(/^It paid 0x2222.+ and 3 more on ethereum\. This payment's address is 0x1111/);
    const own = findingWithout(ETHEREUM, succeeded(THEIRS), OURS, [{ id: 'p2', address: THEIRS }]);
    expect(own.message).toContain('That is the address of your payment p2.');
    expect(findingWithout(ETHEREUM, succeeded(), OURS, []).message).toMatch(
      /no payment to anyone; it went to/,
    );
    const blind = { ...ETHEREUM, internal: 'off' as const };
    expect(findingWithout(blind, succeeded(), OURS, []).message).toMatch(/not looked for on this chain\.$/);
  });
});

describe('findingOfNone', () => {
  it('is sure of nothing while the payment’s own chain is silent', () => {
    expect(findingOfNone('ethereum', ['polygon'], ['ethereum']).code).toBe('unreachable');
    const unknown = findingOfNone('ethereum', ['ethereum'], ['polygon']);
    expect(unknown).toMatchObject({
      code: 'unknown',
      message: expect.stringMatching(/polygon could not be asked\.$/),
    });
  });
});
