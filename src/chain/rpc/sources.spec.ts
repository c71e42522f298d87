import { describe, expect, it } from '@jest/globals';
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
