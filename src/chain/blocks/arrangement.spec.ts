import { describe, expect, it } from '@jest/globals';
import { arrange, hasSucceeded } from './arrangement.js';
import { isWithoutGaps, requireLogsOf, requireOwnBranch } from './log-order.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type BlockBody, type RawLog, type RawReceipt } from './raw-block.js';

const HASH = `0x${'b'.repeat(64)}`;
const block: BlockBody = {
  number: 16,
  hash: HASH,
  parentHash: `0x${'a'.repeat(64)}`,
  timestamp: 101,
  transactions: ['0x1', '0x2'].map((hash) => ({ hash, from: '0x', to: null, value: 0n, gas: 21_000n })),
};
const receipt = (transactionHash: string, change: Partial<RawReceipt> = {}): RawReceipt => ({
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
  transactionHash: string,
  logIndex: number | undefined,
  change: Partial<RawLog> = {},
): RawLog => ({
  address: '0x',
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
    const [one, two] = [receipt('0x1'), receipt('0x2')];
    expect(arrange(block, [two, one])).toEqual({ receipts: [one, two], remarks: [] });
  });

  it('leave a transaction without one where none came', () => {
    expect(arrange(block, [receipt('0x2')]).receipts).toEqual([null, receipt('0x2')]);
  });

  it('that are of none of its transactions are passed over, in words', () => {
    const { receipts, remarks } = arrange(block, [receipt('0x1'), receipt('0x9'), receipt('0x2')]);
    expect(receipts).toEqual([receipt('0x1'), receipt('0x2')]);
    expect(remarks).toEqual([expect.stringContaining('0x9')]);
  });

  it('that come twice count once, by the attempt that succeeded', () => {
    const failed = receipt('0x2', { status: 0 });
    const { receipts, remarks } = arrange(block, [receipt('0x1'), failed, receipt('0x2')]);
    expect(receipts).toEqual([receipt('0x1'), receipt('0x2')]);
    expect(remarks).toEqual([expect.stringContaining('2 receipts of 0x2')]);
  });

  it('are not believed when they are of another block', () => {
    expect(() => arrange(block, [receipt('0x1', { blockHash: '0xother' })])).toThrow(/is of block 0xother/);
  });
});

describe('whether a transaction succeeded', () => {
  it('is what the status says; before Byzantium, whether gas was left', () => {
    const early = receipt('0x1', { status: undefined, root: '0xab', gasUsed: 90_000n });
    expect(hasSucceeded(receipt('0x1'), 21_000n)).toBe(true);
    expect(hasSucceeded(receipt('0x1', { status: 0 }), 21_000n)).toBe(false);
    expect(hasSucceeded(early, 90_001n)).toBe(true);
    expect(hasSucceeded(early, 90_000n)).toBe(false);
    expect(hasSucceeded({ ...early, gasUsed: 21_000n }, 21_000n)).toBe(true);
  });
});

describe('the logs of a block', () => {
  it('may be numbered through it, or anew in each transaction', () => {
    const through = [log('0x1', 0), log('0x1', 1), log('0x2', 2)];
    const anew = [log('0x1', 0), log('0x1', 1), log('0x2', 0)];
    for (const logs of [through, anew]) {
      expect(isWithoutGaps(logs)).toBe(true);
      requireLogsOf(block, logs);
    }
  });

  it('cannot be counted with gaps, without numbers, or of other transactions', () => {
    const odd = [[log('0x1', 0), log('0x2', 2)], [log('0x1', undefined)], [log('0x9', 0)], [log('0x1', 1)]];
    for (const logs of odd) expect(() => requireLogsOf(block, logs)).toThrow(UnprovenAnswerError);
  });

  it('are not believed when a reorg has taken them', () => {
    for (const change of [{ removed: true }, { blockHash: '0xother' }]) {
      expect(() => requireOwnBranch(block, [log('0x1', 0), log('0x1', 1, change)])).toThrow(
        /log 1 is of another branch/,
      );
    }
  });
});
