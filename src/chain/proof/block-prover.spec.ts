import { describe, expect, it } from '@jest/globals';
import { type RawBlock, type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { toAddress, toTxHash } from '../../ids/ids.js';
import { BlockProver } from './block-prover.js';
import { type OnNewerForm } from './newer-form.js';

const TX = toTxHash(`0x${'11'.repeat(32)}`);
const TOKEN = toAddress(`0x${'22'.repeat(20)}`);

function aBlock(number: number, more: Partial<RawBlock> = {}): RawBlock {
  const hash = `0x${number.toString(16).padStart(64, '0')}`;
  const transactions = [{ hash: TX }] as RawBlock['transactions'];
  return { number, hash, parentHash: hash, timestamp: 0, unknownFields: {}, transactions, ...more };
}

/** The only log of the block has the second place: as if the first had been left out. */
function withGap({ hash, number }: RawBlock): RawReceipt[] {
  const of = { blockHash: hash, transactionHash: TX };
  const log: RawLog = { ...of, address: TOKEN, topics: [], data: '0x', logIndex: 1, removed: false };
  const gas = { cumulativeGasUsed: '0x1', gasUsed: 1n };
  return [{ ...of, ...gas, blockNumber: number, status: 1, logs: [log], unknownFields: {} }];
}

/** @returns how often it was to be asked of others whether they have it otherwise */
function askedFor(blocks: readonly number[], read: (number: number, onNewer: OnNewerForm) => void): number {
  let asked = 0;
  for (const number of blocks) read(number, () => (asked += 1));
  return asked;
}

describe('an odd form, where nothing is proved', () => {
  it('is told of once, and asked of others again after a hundred blocks', () => {
    const remarks: string[] = [];
    const prover = new BlockProver('off', undefined, (remark) => remarks.push(remark));
    const read = (number: number, onNewer: OnNewerForm) =>
      prover.receipts(aBlock(number), withGap(aBlock(number)), onNewer);
    expect(askedFor([1, 2, 100], read)).toBe(1);
    expect(askedFor([101], read)).toBe(1);
    expect(askedFor([102, 1], read)).toBe(1);
    expect(remarks).toHaveLength(1);
  });

  it('is not taken as long as another endpoint may have it otherwise', () => {
    const prover = new BlockProver('off');
    const refuse = () => {
      throw new Error('ask the others');
    };
    const read = () => prover.receipts(aBlock(1), withGap(aBlock(1)), refuse);
    expect(read).toThrow('ask the others');
    expect(read).toThrow('ask the others');
  });

  it('is taken of a block that is read again, however far below it was shown last, and is not taken anew by that', () => {
    const empty = (number: number) => aBlock(number, { transactions: [], gasUsed: 21_000n });
    const prover = new BlockProver('off');
    const read = (number: number, onNewer: OnNewerForm) => prover.block(empty(number), number, onNewer);
    expect(prover.blockAgain(empty(1), 1).newer).not.toBeNull();
    expect(askedFor([300], read)).toBe(1);
    expect(prover.blockAgain(empty(1), 1).newer).not.toBeNull();
    expect(askedFor([301], read)).toBe(0);
  });

  it('is gas that was used by no transaction; an empty block is none', () => {
    const prover = new BlockProver('off');
    const empty = (gasUsed: bigint | undefined) => (number: number, onNewer: OnNewerForm) =>
      prover.block(
        aBlock(number, { transactions: [], ...(gasUsed === undefined ? {} : { gasUsed }) }),
        number,
        onNewer,
      );
    expect(askedFor([1], empty(0n))).toBe(0);
    expect(askedFor([1], empty(undefined))).toBe(0);
    expect(askedFor([1], empty(21_000n))).toBe(1);
  });
});

it('of a block read again, where something is proved, no form is taken that was not taken when it was read', () => {
  const prover = new BlockProver('full');
  const newer = aBlock(1, { unknownFields: { slotHash: '0x1' } });
  expect(() => prover.blockAgain(newer, 1)).toThrow(/header of a newer fork/);
  prover.block(newer, 1, () => undefined);
  expect(prover.blockAgain(newer, 1).newer).not.toBeNull();
});
