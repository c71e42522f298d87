import { describe, expect, it } from '@jest/globals';
import { type Block, type Movement } from '../blocks/block.js';
import { commonWord, type BlockWord } from './common-word.js';
import { toAddress, toTxHash } from '../../ids/ids.js';

const SHOP = toAddress(`0x${'5e'.repeat(20)}`);
const paid = (digit: string, amount: bigint): Movement => ({
  kind: 'native',
  txHash: toTxHash(`0x${digit.repeat(64)}`),
  ordinal: 0,
  logIndex: null,
  from: null,
  to: SHOP,
  tokenAddress: null,
  amount,
});
const block = (...movements: Movement[]): Block => ({
  number: 7,
  hash: '0xb',
  parentHash: '0xa',
  time: new Date(0),
  transactions: [],
  runsCode: false,
  movements,
});
const word = (said: Block, isProved = false): BlockWord => ({ block: said, isProved, isAsUsual: true });

describe('what several endpoints say of a block', () => {
  it('counts where all say the same, and without a doubt where that is all of it', () => {
    const said = block(paid('1', 5n), paid('2', 6n));
    expect(commonWord([word(said), word(block(paid('2', 6n), paid('1', 5n)))])).toEqual(said);
  });

  it('counts as far as all say it: another amount, and what one alone shows or conceals, is in doubt', () => {
    const said = commonWord([
      word(block(paid('1', 5n), paid('2', 1_000n))),
      word(block(paid('1', 5n), paid('2', 1n), paid('3', 4n))),
    ]);
    expect(said.movements).toEqual([paid('1', 5n)]);
    expect(said.doubt).toContain('contradict each other');
  });

  it('counts as one of them proves it, whatever the others say', () => {
    const right = block(paid('1', 1n));
    expect(commonWord([word(block(paid('1', 1_000n))), word(right, true)])).toBe(right);
  });

  it('does not count where the block’s time is another, by which payments expire', () => {
    const late = { ...block(paid('1', 5n)), time: new Date(60_000) };
    const said = commonWord([word(late), word(block(paid('1', 5n)))]);
    expect(said.movements).toEqual([]);
    expect(said.doubt).toBeDefined();
  });
});
