import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { FairTurns } from './fair-turns.js';

const LONG_MS = 60_000;

/** Work that ends when it is told. */
function works(turns: FairTurns) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const ask = (line: string, name: string, timeoutMs = LONG_MS) =>
    turns.within(
      line,
      timeoutMs,
      () => {
        begun.push(name);
        return new Promise<string>((resolve) => ends.set(name, () => resolve(name)));
      },
      'too long',
    );
  const end = async (name: string) => {
    ends.get(name)?.();
    await delay(0);
  };
  return { begun, ask, end };
}

describe('FairTurns', () => {
  it('has so many go at once, and the next when one of them ends', async () => {
    const { begun, ask, end } = works(new FairTurns(2));
    const all = ['a', 'b', 'c'].map((name) => ask('one', name));
    expect(begun).toEqual(['a', 'b']);
    await end('b');
    expect(begun).toEqual(['a', 'b', 'c']);
    await end('a');
    await end('c');
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c']);
  });

  it('has who holds a place for as long as it takes stand in line as well', async () => {
    const turns = new FairTurns(1);
    const begun: string[] = [];
    const hold = (line: string, name: string) =>
      turns.hold(line, () => {
        begun.push(name);
        return delay(1, name);
      });
    const all = [hold('long', 'a'), hold('long', 'b'), hold('long', 'c'), hold('new', 'd')];
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd']);
    expect(begun).toEqual(['a', 'b', 'd', 'c']);
    await expect(turns.hold('long', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await hold('long', 'e')).toBe('e');
  });

  it('takes turns between those who ask: a long line holds up nobody else', async () => {
    const { begun, ask, end } = works(new FairTurns(1));
    void ask('greedy', 'first');
    for (const name of ['g1', 'g2', 'g3', 'g4']) void ask('greedy', name);
    void ask('other', 'o1');
    void ask('third', 't1');
    for (const name of ['first', 'g1', 'o1', 't1', 'g2', 'g3', 'g4']) await end(name);
    expect(begun).toEqual(['first', 'g1', 'o1', 't1', 'g2', 'g3', 'g4']);
  });

  it('answers in time, and never begins what nobody waits for any more', async () => {
    const turns = new FairTurns(1);
    const { begun, ask, end } = works(turns);
    const slow = ask('one', 'slow', 5);
    const late = ask('one', 'late', 5);
    expect(await Promise.all([slow, late])).toEqual(['too long', 'too long']);
    expect(turns.waiting).toBe(0);
    // It keeps its place for as long as it goes on.
    const next = ask('two', 'next');
    expect(begun).toEqual(['slow']);
    await end('slow');
    expect(begun).toEqual(['slow', 'next']);
    await end('next');
    expect(await next).toBe('next');
  });

  it('gives the place of work that fails to the next, and the failure to whoever asked', async () => {
    const turns = new FairTurns(1);
    const failing = turns.within('one', LONG_MS, () => Promise.reject(new Error('no')), null);
    const next = turns.within('one', LONG_MS, () => Promise.resolve('done'), null);
    await expect(failing).rejects.toThrow('no');
    expect(await next).toBe('done');
  });
});
