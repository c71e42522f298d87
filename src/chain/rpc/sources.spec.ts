import { describe, expect, it } from '@jest/globals';
import { TooFewAnswersError } from './agreed-answers.js';
import { MethodNotFoundError, RpcError } from './rpc-endpoint.js';
import { type RpcFailureKind } from './rpc-failure.js';
import { Sources } from './sources.js';

const failing = (kind: RpcFailureKind) => () => Promise.reject(new RpcError('it', 'method', kind, { kind }));
const unsupported = () =>
  Promise.reject(new MethodNotFoundError('it', 'method', 'no', { kind: 'unsupported' }));

/** Sources that count how often they are asked. */
function asked(first: () => Promise<string>, second = () => Promise.resolve('second')) {
  const counts: [number, number] = [0, 0];
  const counted = (place: 0 | 1, ask: () => Promise<string>) => () => {
    counts[place]++;
    return ask();
  };
  return {
    counts,
    list: [
      { name: 'first', ask: counted(0, first) },
      { name: 'second', ask: counted(1, second) },
    ],
  };
}

describe('the sources of an answer', () => {
  it('are asked in their order, and only as far as it takes', async () => {
    const { counts, list } = asked(() => Promise.resolve('first'));
    await expect(new Sources().first('block', list)).resolves.toBe('first');
    expect(counts).toEqual([1, 0]);
  });

  it.each<RpcFailureKind>(['fatal', 'no_history', 'too_large', 'parameters', 'unproven'])(
    'give way to the next one at once when every endpoint refuses: %s',
    async (kind) => {
      const { counts, list } = asked(failing(kind));
      const sources = new Sources();
      await expect(sources.first('block', list)).resolves.toBe('second');
      await sources.first('block', list);
      expect(counts).toEqual([1, 2]);
    },
  );

  it.each<RpcFailureKind>(['transient', 'rate_limited', 'not_yet', 'not_found'])(
    'give way after three times when the failure might have passed: %s',
    async (kind) => {
      const { counts, list } = asked(failing(kind));
      const sources = new Sources();
      await expect(sources.first('block', list)).rejects.toThrow(kind);
      await expect(sources.first('block', list)).rejects.toThrow(kind);
      await expect(sources.first('block', list)).resolves.toBe('second');
      expect(counts).toEqual([3, 1]);
    },
  );

  it.each<RpcFailureKind>(['transient', 'rate_limited', 'internal'])(
    'are waited for as long as is said where the failure might pass, and none is left alone for it: %s',
    async (kind) => {
      let nowMs = 0;
      const rested: string[] = [];
      const sources = new Sources({
        patienceMs: 300_000,
        now: () => nowMs,
        onRest: (source) => rested.push(source),
      });
      const blocks = ['one', 'two', 'three', 'four'];
      const { counts, list } = asked(failing(kind));
      for (nowMs of [0, 1_000, 2_000, 299_999])
        for (const block of blocks) await expect(sources.first(block, list)).rejects.toThrow(kind);
      nowMs = 300_000;
      for (const block of blocks) await expect(sources.first(block, list)).resolves.toBe('second');
      expect(counts).toEqual([20, 4]);
      await expect(sources.first('five', list)).rejects.toThrow(kind);
      expect(rested).toEqual([]);
    },
  );

  it('do not give way for want of a second answer, which is no failure of theirs', async () => {
    const { counts, list } = asked(() => Promise.reject(new TooFewAnswersError('traces', 'b: it is down')));
    const sources = new Sources();
    for (let tries = 0; tries < 5; tries++)
      await expect(sources.first('block', list)).rejects.toThrow(TooFewAnswersError);
    expect(counts).toEqual([5, 0]);
  });

  it('are all tried again when what one of them answered came to nothing after all', async () => {
    const { counts, list } = asked(failing('fatal'));
    const sources = new Sources();
    await sources.first('block', list);
    sources.failed('second', 'block', new RpcError('it', 'method', 'fatal', { kind: 'fatal' }));
    await sources.first('block', list);
    expect(counts).toEqual([2, 2]);
  });

  it('are looked at again after ten minutes, whatever was said of them', async () => {
    let nowMs = 0;
    const told: [string, boolean][] = [];
    const sources = new Sources({
      now: () => nowMs,
      onRest: (source, reason) => told.push([source, reason !== null]),
    });
    let isFixed = false;
    const { counts, list } = asked(() => (isFixed ? Promise.resolve('first') : unsupported()));
    await sources.first('one', list);
    isFixed = true;
    await expect(sources.first('two', list)).resolves.toBe('second');
    nowMs = 10 * 60_000;
    await expect(sources.first('three', list)).resolves.toBe('first');
    expect(counts).toEqual([2, 2]);
    expect(told).toEqual([
      ['first', true],
      ['first', false],
    ]);
  });

  it('are all tried again when none has an answer, so that none is given up for good', async () => {
    const { counts, list } = asked(failing('fatal'), failing('fatal'));
    const sources = new Sources();
    await expect(sources.first('block', list)).rejects.toThrow();
    await expect(sources.first('block', list)).rejects.toThrow();
    expect(counts).toEqual([2, 2]);
  });

  it('hide no fault of ours', async () => {
    const { counts, list } = asked(() => Promise.reject(new TypeError('ours')));
    await expect(new Sources().first('block', list)).rejects.toThrow(TypeError);
    expect(counts).toEqual([1, 0]);
  });
});
