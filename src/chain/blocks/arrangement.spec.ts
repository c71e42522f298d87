import { describe, expect, it } from '@jest/globals';
import { arrange, hasSucceeded } from './arrangement.js';
import { isWithoutGaps, requireLogsOf, requireOwnBranch } from './log-order.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';
import { type BlockBody, type RawLog, type RawReceipt } from './raw-block.js';

const HASH = `0x${'b'.repeat(64)}`;
const block: BlockBody = {
  number: '0x10',
  hash: HASH,
  parentHash: `0x${'a'.repeat(64)}`,
  timestamp: '0x65',
  transactions: ['0x1', '0x2'].map((hash) => ({ hash, from: '0x', to: null, value: '0x0', gas: '0x5208' })),
};
const receipt = (transactionHash: string, change: Partial<RawReceipt> = {}): RawReceipt => ({
  transactionHash,
  blockHash: HASH,
  status: '0x1',
  cumulativeGasUsed: '0x0',
  logsBloom: '0x',
  logs: [],
  ...change,
});
const log = (
  transactionHash: string,
  logIndex: string | undefined,
  change: Partial<RawLog> = {},
): RawLog => ({
  address: '0x',
  topics: [],
  data: '0x',
  blockHash: HASH,
  transactionHash,
  logIndex,
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
    const failed = receipt('0x2', { status: '0x0' });
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
    const early = receipt('0x1', { status: undefined, root: '0xab', gasUsed: '0x9000' });
    expect(hasSucceeded(receipt('0x1'), '0x5208')).toBe(true);
    expect(hasSucceeded(receipt('0x1', { status: '0x0' }), '0x5208')).toBe(false);
    expect(hasSucceeded(early, '0x9001')).toBe(true);
    expect(hasSucceeded(early, '0x9000')).toBe(false);
    expect(hasSucceeded({ ...early, gasUsed: '0x5208' }, '0x5208')).toBe(true);
  });
});

describe('the logs of a block', () => {
  it('may be numbered through it, or anew in each transaction', () => {
    const through = [log('0x1', '0x0'), log('0x1', '0x1'), log('0x2', '0x2')];
    const anew = [log('0x1', '0x0'), log('0x1', '0x1'), log('0x2', '0x0')];
    for (const logs of [through, anew]) {
      expect(isWithoutGaps(logs)).toBe(true);
      requireLogsOf(block, logs);
    }
  });

  it('cannot be counted with gaps, without numbers, or of other transactions', () => {
    const odd = [
      [log('0x1', '0x0'), log('0x2', '0x2')],
      [log('0x1', undefined)],
      [log('0x9', '0x0')],
      [log('0x1', '0x1')],
    ];
    for (const logs of odd) expect(() => requireLogsOf(block, logs)).toThrow(UnprovenAnswerError);
  });

  it('are not believed when a reorg has taken them', () => {
    for (const change of [{ removed: true }, { blockHash: '0xother' }]) {
      expect(() => requireOwnBranch(block, [log('0x1', '0x0'), log('0x1', '0x1', change)])).toThrow(
        /log 1 is of another branch/,
      );
    }
  });
});
