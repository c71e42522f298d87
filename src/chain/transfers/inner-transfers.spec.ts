import { describe, expect, it } from '@jest/globals';
import { type CallFrame, type ParityTrace } from '../rpc/answers/traces.js';
import { oddInFrames, oddInTraces, ofCallFrames, ofParityTraces } from './inner-transfers.js';
import { type Address, toAddress, toTxHash } from '../../ids/ids.js';

const [A, B, C] = ['aa', 'bb', 'cc'].map((byte) => toAddress(`0x${byte.repeat(20)}`)) as [
  Address,
  Address,
  Address,
];
const HASH = toTxHash(`0x${'dd'.repeat(32)}`);

function aFrame(type: string, value: bigint | undefined, rest: Partial<CallFrame> = {}): CallFrame {
  return { type, from: A, to: B, ...(value === undefined ? {} : { value }), ...rest };
}

const inside = (...calls: CallFrame[]) => ofCallFrames(aFrame('CALL', 9n, { calls }));
const amounts = (transfers: { amount: bigint }[]) => transfers.map(({ amount }) => amount);

describe('ofCallFrames', () => {
  it('leaves out what the transaction itself moves, and keeps the order in which the rest happened', () => {
    const deep = aFrame('CALL', 1n, { calls: [aFrame('CALL', 2n), aFrame('CREATE', 3n)] });
    expect(amounts(inside(deep, aFrame('SELFDESTRUCT', 4n)))).toEqual([1n, 2n, 3n, 4n]);
  });

  it('takes no delegated call for a transfer, though it carries a value, but looks inside', () => {
    const delegated = ['DELEGATECALL', 'STATICCALL', 'CALLCODE'].map((type) =>
      aFrame(type, 5n, { calls: [aFrame('CALL', 1n, { to: C })] }),
    );
    expect(inside(...delegated)).toEqual(Array.from({ length: 3 }, () => ({ from: A, to: C, amount: 1n })));
  });

  it('leaves out what a failed call undid, at any depth, and everything of a failed transaction', () => {
    const failed = aFrame('CALL', 1n, {
      error: 'execution reverted',
      calls: [aFrame('CALL', 2n, { calls: [aFrame('CALL', 3n)] })],
    });
    expect(amounts(inside(failed, aFrame('CALL', 4n)))).toEqual([4n]);
    const top = aFrame('CALL', 9n, { error: 'out of gas', calls: [aFrame('CALL', 1n)] });
    expect(ofCallFrames(top)).toEqual([]);
  });

  it('leaves out what moves nothing', () => {
    expect(inside(aFrame('CALL', 0n), aFrame('CALL', undefined))).toEqual([]);
  });
});

describe('ofParityTraces', () => {
  function aTrace(
    traceAddress: number[],
    { type = 'call', ...rest }: Partial<ParityTrace> = {},
  ): ParityTrace {
    const action = { callType: 'call', from: A, to: B, value: BigInt(`0x${traceAddress.join('') || 9}`) };
    return { type, action, result: {}, traceAddress, blockHash: '0x', transactionHash: HASH, ...rest };
  }

  it('gives the same list as the frames', () => {
    const created = aTrace([3], {
      type: 'create',
      action: { from: A, value: 3n },
      result: { address: C },
    });
    const ended = aTrace([4], {
      type: 'suicide',
      action: { address: A, refundAddress: B, balance: 4n },
      result: null,
    });
    const delegated = aTrace([5], { action: { callType: 'delegatecall', from: A, to: B, value: 5n } });
    const traces = [aTrace([]), aTrace([1]), aTrace([1, 2]), created, ended, delegated];
    expect(ofParityTraces(traces)).toEqual([
      { from: A, to: B, amount: 0x1n },
      { from: A, to: B, amount: 0x12n },
      { from: A, to: C, amount: 0x3n },
      { from: A, to: B, amount: 0x4n },
    ]);
  });

  it('leaves out what a failed call undid, though its entries do not say so themselves', () => {
    const traces = [aTrace([]), aTrace([1], { error: 'Reverted' }), aTrace([1, 0]), aTrace([10])];
    expect(amounts(ofParityTraces(traces))).toEqual([0x10n]);
    expect(ofParityTraces([aTrace([], { error: 'Out of gas' }), aTrace([1])])).toEqual([]);
  });

  it('takes no longer for each where very many calls fail, which anybody may bring about', () => {
    const failed = Array.from({ length: 30_000 }, (_, place) => aTrace([0, place], { error: 'Reverted' }));
    const traces = [aTrace([]), ...failed, aTrace([1, 2])];
    const startMs = performance.now();
    expect(amounts(ofParityTraces(traces))).toEqual([0x12n]);
    expect(oddInTraces(traces)).toBeNull();
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe('what other nodes do not do', () => {
  const withInner = (inner: CallFrame) =>
    aFrame('CALL', 0n, { calls: [aFrame('DELEGATECALL', undefined), inner] });

  it.each<[string, CallFrame, string | null]>([
    ['a call that moves something', aFrame('CALL', 1n), null],
    ['a call of another kind without a value', aFrame('STATICCALL', undefined), null],
    ['a contract that was not made', { type: 'CREATE', from: A, value: 1n, error: 'out of gas' }, null],
    ['a call without a value', aFrame('CALL', undefined), 'CALL without a value'],
    ['a call to nobody', { type: 'CALL', from: A, value: 1n }, 'CALL to nobody'],
    ['a kind that is cut off', aFrame('CAL', 1n), 'frames of the kind CAL'],
    ['deeper down', aFrame('CALL', 0n, { calls: [aFrame('', 1n)] }), 'frames of the kind '],
  ])('is found in frames: %s', (_what, inner, odd) => {
    expect(oddInFrames(withInner(inner))).toBe(odd);
  });

  it.each<[string, Partial<ParityTrace>, string | null]>([
    ['a call', {}, null],
    ['a reward', { type: 'reward', action: {} }, null],
    ['a call of no kind', { action: { from: A, to: B, value: 1n } }, 'calls of the kind none'],
    ['a call without a value', { action: { callType: 'call', from: A, to: B } }, 'call without value'],
    ['a contract that is nowhere', { type: 'create', action: { from: A, value: 1n } }, 'create of nothing'],
    ['an end without heirs', { type: 'suicide', action: { address: A } }, 'suicide without refundAddress'],
    ['a kind that is cut off', { type: 'ca' }, 'traces of the kind ca'],
  ])('is found in traces: %s', (_what, rest, odd) => {
    const action = { callType: 'call', from: A, to: B, value: 1n };
    const one = {
      type: 'call',
      action,
      result: {},
      traceAddress: [],
      blockHash: HASH,
      transactionHash: HASH,
    };
    expect(oddInTraces([{ ...one, ...rest }])).toBe(odd);
  });
});
