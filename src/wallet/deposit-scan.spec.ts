import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type DepositScheme } from './deposit-scheme.js';
import { type FundedDeposit, scanDeposits, type ScanEnd, type ScannedChain } from './deposit-scan.js';
import { toAddress } from '../ids/ids.js';

/** Addresses that tell their index; those in `none` have none. */
const scheme = (none: number[] = []): DepositScheme => ({
  name: 'hd',
  addressAt: (index) => (none.includes(index) ? null : { address: addressAt(index), parameters: null }),
});
const addressAt = (index: number) => toAddress(`0x${String(index).padStart(40, '0')}`);
const indexOf = (address: string) => Number(address.slice(2));

function chain(name: string, funds: Record<number, bigint[]>, signers: number[] = []) {
  const asked: number[] = [];
  const scanned: ScannedChain = {
    name,
    balances: (addresses) => {
      asked.push(...addresses.map(indexOf));
      return Promise.resolve(addresses.map((address) => funds[indexOf(address)] ?? [0n, 0n]));
    },
    haveSigned: (addresses) =>
      Promise.resolve(addresses.map((address) => signers.includes(indexOf(address)))),
  };
  return { ...scanned, asked };
}

async function found(chains: ScannedChain[], end: ScanEnd, none?: number[]): Promise<FundedDeposit[]> {
  const deposits: FundedDeposit[] = [];
  for await (const deposit of scanDeposits(scheme(none), chains, end)) deposits.push(deposit);
  return deposits;
}

describe('scanDeposits', () => {
  it('finds each asset of each chain, with its index', async () => {
    const one = chain('one', { 0: [5n, 0n], 7: [1n, 2n] });
    const other = chain('other', { 7: [0n, 9n] });
    expect(await found([one, other], { gapLimit: 20 })).toEqual([
      { chain: 'one', asset: 0, index: 0, address: addressAt(0), balance: 5n },
      { chain: 'one', asset: 0, index: 7, address: addressAt(7), balance: 1n },
      { chain: 'one', asset: 1, index: 7, address: addressAt(7), balance: 2n },
      { chain: 'other', asset: 1, index: 7, address: addressAt(7), balance: 9n },
    ]);
  });

  it('asks about exactly the gap limit of addresses behind the last used one', async () => {
    const one = chain('one', { 30: [1n, 0n] });
    await found([one], { gapLimit: 40 });
    expect(Math.max(...one.asked)).toBe(70);
    expect(new Set(one.asked).size).toBe(one.asked.length);
  });

  it('goes on behind an address that was emptied, also where only another chain knows of it', async () => {
    const one = chain('one', { 60: [1n, 0n] });
    const other = chain('other', {}, [15, 35, 50]);
    expect(await found([one, other], { gapLimit: 20 })).toHaveLength(1);
    expect(await found([one], { gapLimit: 20 })).toHaveLength(0);
  });

  it('goes past an index that has no address', async () => {
    expect(await found([chain('one', { 6: [1n, 0n] })], { gapLimit: 7 }, [0, 3])).toHaveLength(1);
  });

  it('ends at an index where it is told to, and no earlier', async () => {
    const one = chain('one', { 1_199: [1n, 0n], 1_200: [1n, 0n] });
    const deposits = await found([one], { before: 1_200 });
    expect(deposits.map(({ index }) => index)).toEqual([1_199]);
  });

  it('finds everything whose gaps are within the limit, wherever it stands', async () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 700 }), fc.boolean()), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(gaps, async (used) => {
        let index = -1;
        const funds: Record<number, bigint[]> = {};
        const signers: number[] = [];
        for (const [gap, isFunded] of used) {
          index += gap;
          if (isFunded) funds[index] = [1n, 0n];
          else signers.push(index);
        }
        const deposits = await found([chain('one', funds, signers)], { gapLimit: 700 });
        expect(deposits.map((deposit) => deposit.index)).toEqual(Object.keys(funds).map(Number));
      }),
      { numRuns: 50 },
    );
  });
});
