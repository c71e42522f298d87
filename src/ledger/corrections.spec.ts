import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Booked, corrections, negated } from './corrections.js';
import {
  depositPosting,
  type LedgerLeg,
  merged,
  type OutgoingFacts,
  outgoingPosting,
  type Posting,
  recipientSide,
  type Side,
} from './posting.js';
import { toAddress, toChainId, toTokenAddress, toTxHash } from '../ids/ids.js';

const TOKEN = toTokenAddress(`0x${'70'.repeat(20)}`);
const at = (digit: string) => toAddress(`0x${digit.repeat(40)}`);
const txHash = (digit: string) => toTxHash(`0x${digit.repeat(64)}`);
const CHAIN_ID = toChainId(1);
const amounts = fc.bigInt({ min: 0n, max: 2n ** 200n });
const blocks = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom('a', 'b'))
  .map(([number, branch]) => ({ number, hash: `${branch}${number}`, time: new Date(number * 1000) }));

const incoming = fc
  .record({ block: blocks, amount: amounts, tokenAddress: fc.constantFrom(null, TOKEN) })
  .map((facts) =>
    depositPosting({
      ...facts,
      id: '1',
      chainId: CHAIN_ID,
      txHash: txHash('1'),
      paymentId: null,
      to: at('d'),
    }),
  );

const outgoing = fc
  .record({
    block: blocks,
    kind: fc.constantFrom('sweep', 'gas', 'gas_return', 'refund'),
    movements: fc.array(
      fc
        .record({
          from: fc.constantFrom<Side>(
            { account: 'deposit', address: at('d') },
            { account: 'deposit', address: at('e') },
            { account: 'gas_tank', address: at('9') },
          ),
          tokenAddress: fc.constantFrom(null, TOKEN),
          amount: amounts,
          kept: amounts,
        })
        .map(({ kept, ...movement }) => ({
          ...movement,
          to: { account: 'treasury' as const, address: at('7') },
          received: kept > movement.amount ? 0n : movement.amount - kept,
        })),
      { maxLength: 4 },
    ),
    fee: amounts,
  })
  .map((facts) =>
    outgoingPosting({
      ...facts,
      id: '1',
      chainId: CHAIN_ID,
      txHash: txHash('2'),
      paymentId: null,
      feePaidBy: { account: 'gas_tank', address: at('9') },
    }),
  );

/** An append-only ledger of one subject, as `LedgerService` keeps it. */
class Books {
  readonly lines: { legs: LedgerLeg[]; block: number }[] = [];
  private booked: Booked | null = null;

  book(wanted: Posting | null): void {
    for (const addition of corrections(this.booked, wanted)) {
      if (addition.kind === 'posting') {
        this.booked = { ...addition.posting, id: String(this.lines.length) };
        this.lines.push({ legs: addition.posting.legs, block: addition.posting.block.number });
      } else {
        this.lines.push({ legs: negated(addition.of.legs), block: addition.of.block.number });
        this.booked = null;
      }
    }
  }

  upTo(block: number): LedgerLeg[] {
    return merged(this.lines.filter((line) => line.block <= block).flatMap(({ legs }) => legs));
  }
}

function requireBalance(legs: readonly LedgerLeg[]): void {
  for (const token of [null, TOKEN]) {
    const own = legs.filter(({ tokenAddress }) => tokenAddress === token);
    expect(own.reduce((sum, { amount }) => sum + amount, 0n)).toBe(0n);
  }
}

describe('postings', () => {
  it('balance to 0 for each asset, whatever moved, and hold no leg of nothing', () => {
    fc.assert(
      fc.property(fc.oneof(incoming, outgoing), ({ legs }) => {
        requireBalance(legs);
        expect(legs.every(({ amount }) => amount !== 0n)).toBe(true);
      }),
    );
  });

  const deposit = { account: 'deposit', address: at('d') } as const;
  const sweep = (received: bigint, overrides: Partial<OutgoingFacts> = {}) =>
    outgoingPosting({
      id: '1',
      kind: 'sweep',
      chainId: CHAIN_ID,
      block: { number: 1, hash: 'a1', time: new Date() },
      txHash: txHash('2'),
      paymentId: null,
      movements: [
        {
          from: deposit,
          to: recipientSide(overrides.kind ?? 'sweep', at('7'), new Map()),
          tokenAddress: TOKEN,
          amount: 100n,
          received,
        },
      ],
      feePaidBy: deposit,
      fee: 5n,
      ...overrides,
    }).legs;
  const leg = (account: string, amount: bigint, tokenAddress: string | null, address: string | null = null) =>
    ({ account, amount, tokenAddress, address }) as LedgerLeg;

  it('book what a token keeps for itself as a fee in the token, and gas as one in the native asset', () => {
    expect(sweep(97n)).toEqual([
      leg('deposit', -100n, TOKEN, at('d')),
      leg('treasury', 97n, TOKEN, at('7')),
      leg('fees', 3n, TOKEN),
      leg('deposit', -5n, null, at('d')),
      leg('fees', 5n, null),
    ]);
  });

  it('book nothing but the fee of a transaction that reverted', () => {
    expect(sweep(0n, { movements: [] })).toEqual([leg('deposit', -5n, null, at('d')), leg('fees', 5n, null)]);
  });

  it('give a refund back to the customer', () => {
    expect(sweep(100n, { kind: 'refund', fee: 0n })).toEqual([
      leg('deposit', -100n, TOKEN, at('d')),
      leg('customer', 100n, TOKEN),
    ]);
  });
});

describe('corrections', () => {
  it('come to what is so in the end, after any history of reorgs, by appending alone', () => {
    const history = fc.array(fc.option(fc.oneof(incoming, outgoing), { nil: null }), { minLength: 1 });
    fc.assert(
      fc.property(history, (facts) => {
        const books = new Books();
        for (const fact of facts) {
          const before = [...books.lines];
          books.book(fact);
          expect(books.lines.slice(0, before.length)).toEqual(before);
          books.lines.forEach(({ legs }) => requireBalance(legs));
        }
        const last = facts.at(-1) ?? null;
        for (let block = 0; block < 10; block += 1) {
          const expected = last && last.block.number <= block ? last.legs : [];
          expect(new Set(books.upTo(block))).toEqual(new Set(expected));
        }
      }),
    );
  });

  it('are none when the same is said again', () => {
    fc.assert(
      fc.property(fc.oneof(incoming, outgoing), (posting) => {
        const books = new Books();
        books.book(posting);
        const { length } = books.lines;
        books.book({ ...posting, legs: [...posting.legs].reverse() });
        expect(books.lines).toHaveLength(length);
      }),
    );
  });
});
