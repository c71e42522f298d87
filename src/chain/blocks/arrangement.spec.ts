import { describe, expect, it } from '@jest/globals';
import { arrange, hasSucceeded, saysOutcome } from './arrangement.js';
import { isWithoutGaps, requireLogsOf, requireOwnBranch } from './log-order.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type BlockBody, type RawLog, type RawReceipt } from './raw-block.js';
import { toAddress, toTxHash, type TxHash } from '../../ids/ids.js';

const [ONE, TWO, FOREIGN] = ['1', '2', '9'].map((digit) => toTxHash(`0x${digit.repeat(64)}`)) as [
  TxHash,
  TxHash,
  TxHash,
];
const SENDER = toAddress(`0x${'5e'.repeat(20)}`);
const HASH = `0x${'b'.repeat(64)}`;
const block: BlockBody = {
  number: 16,
  hash: HASH,
  parentHash: `0x${'a'.repeat(64)}`,
  timestamp: 101,
  transactions: [ONE, TWO].map((hash) => ({ hash, from: SENDER, to: null, value: 0n, gas: 21_000n })),
};
const receipt = (transactionHash: TxHash, change: Partial<RawReceipt> = {}): RawReceipt => ({
  transactionHash,
  blockHash: HASH,
  blockNumber: 16,
  type: 0,
  status: 1,
  cumulativeGasUsed: '0x0',
  gasUsed: 21_000n,
  logs: [],
  unknownFields: {},
  ...change,
});
const log = (
  transactionHash: TxHash,
  logIndex: number | undefined,
  change: Partial<RawLog> = {},
): RawLog => ({
  address: SENDER,
  topics: [],
  data: '0x',
  blockHash: HASH,
  transactionHash,
  logIndex,
  removed: false,
  ...change,
});

describe('the receipts of a block', () => {
  it('go to their transactions in whatever order they came', () => {
    const [one, two] = [receipt(ONE), receipt(TWO)];
    expect(arrange(block, [two, one])).toEqual({ receipts: [one, two], remarks: [], foreign: null });
  });

  it('leave a transaction without one where none came', () => {
    expect(arrange(block, [receipt(TWO)]).receipts).toEqual([null, receipt(TWO)]);
  });

  it('that are of none of its transactions are passed over, in words', () => {
    const { receipts, remarks } = arrange(block, [receipt(ONE), receipt(FOREIGN), receipt(TWO)]);
    expect(receipts).toEqual([receipt(ONE), receipt(TWO)]);
    expect(remarks).toEqual([expect.stringContaining(FOREIGN)]);
  });

  it('that come twice count once, by the attempt that succeeded', () => {
    const failed = receipt(TWO, { status: 0 });
    const { receipts, remarks } = arrange(block, [receipt(ONE), failed, receipt(TWO)]);
    expect(receipts).toEqual([receipt(ONE), receipt(TWO)]);
    expect(remarks).toEqual([expect.stringContaining(`2 receipts of ${TWO}`)]);
  });

  it('that say they are of another block are told of, for whoever cannot prove them', () => {
    const { foreign } = arrange(block, [receipt(ONE), receipt(TWO, { blockHash: '0xother' })]);
    expect(foreign).toBe('receipt 1 is of block 0xother');
  });
});

describe('whether a transaction succeeded', () => {
  it('is what the status says; before Byzantium, whether gas was left', () => {
    const early = receipt(ONE, { status: undefined, root: '0xab', gasUsed: 90_000n });
    expect(hasSucceeded(receipt(ONE), 21_000n)).toBe(true);
    expect(hasSucceeded(receipt(ONE, { status: 0 }), 21_000n)).toBe(false);
    expect(hasSucceeded(early, 90_001n)).toBe(true);
    expect(hasSucceeded(early, 90_000n)).toBe(false);
    expect(hasSucceeded({ ...early, gasUsed: 21_000n }, 21_000n)).toBe(true);
  });
});

describe('a receipt without a status', () => {
  const silent = receipt(ONE, { status: undefined });

  it('is of a success where it has logs, and says nothing where it has none', () => {
    const logged = { ...silent, logs: [log(ONE, 0)] };
    expect(hasSucceeded(logged, 21_000n)).toBe(true);
    expect([saysOutcome(logged), saysOutcome(silent), saysOutcome(receipt(ONE))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});

describe('the logs of a block', () => {
  it('may be numbered through it, or anew in each transaction', () => {
    const through = [log(ONE, 0), log(ONE, 1), log(TWO, 2)];
    const anew = [log(ONE, 0), log(ONE, 1), log(TWO, 0)];
    for (const logs of [through, anew]) {
      expect(isWithoutGaps(logs)).toBe(true);
      requireLogsOf(block, logs);
    }
  });

  it('cannot be counted with gaps, without numbers, or of other transactions', () => {
    const odd = [[log(ONE, 0), log(TWO, 2)], [log(ONE, undefined)], [log(FOREIGN, 0)], [log(ONE, 1)]];
    for (const logs of odd) expect(() => requireLogsOf(block, logs)).toThrow(UnprovenAnswerError);
  });

  it('are not believed when a reorg has taken them', () => {
    for (const change of [{ removed: true }, { blockHash: '0xother' }]) {
      expect(() => requireOwnBranch(block, [log(ONE, 0), log(ONE, 1, change)])).toThrow(
        /log 1 is of another branch/,
      );
    }
  });
});
