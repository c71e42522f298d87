import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { RowTurns } from './row-turns.js';

class TooMany extends Error {}

const turns = (limits: Partial<ConstructorParameters<typeof RowTurns>[0]> = {}) =>
  new RowTurns(
    { ofRow: 2, inAll: 3, waiting: 5, patienceMs: 60_000, ...limits },
    () => new TooMany('too many'),
  );

/** Work that ends when it is told to. */
class Works {
  readonly begun: string[] = [];
  private readonly ends = new Map<string, () => void>();

  of(name: string): () => Promise<string> {
    return () => {
      this.begun.push(name);
      return new Promise((resolve) => this.ends.set(name, () => resolve(name)));
    };
  }

  async end(name: string): Promise<void> {
    this.ends.get(name)?.();
    await delay(0);
  }
}

describe('turns for a row', () => {
  it('go to few of one row and few in all, in the order they came, and rows take turns', async () => {
    const held = turns();
    const works = new Works();
    const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'c1'].map((name) =>
      held.hold(name.charAt(0), works.of(name)),
    );
    await delay(0);
    expect(works.begun).toEqual(['a1', 'a2', 'b1']);
    await works.end('a1');
    // The row that everybody wants comes first once, and then the others.
    expect(works.begun.slice(3)).toEqual(['a3']);
    await works.end('a2');
    expect(works.begun.slice(4)).toEqual(['b2']);
    await works.end('b1');
    expect(works.begun.slice(5)).toEqual(['c1']);
    for (const name of ['a3', 'b2', 'c1']) await works.end(name);
    await works.end('a4');
    await expect(Promise.all(all)).resolves.toHaveLength(7);
  });

  it('are refused to whom they would have to keep waiting, who has begun nothing', async () => {
    const held = turns({ ofRow: 1, waiting: 1, patienceMs: 30 });
    const works = new Works();
    const first = held.hold('a', works.of('first'));
    const second = held.hold('a', works.of('second'));
    await expect(held.hold('a', works.of('third'))).rejects.toThrow(TooMany);
    await expect(second).rejects.toThrow(TooMany);
    await works.end('first');
    await expect(first).resolves.toBe('first');
    // Nothing is left behind: the row is free.
    const next = held.hold('a', works.of('next'));
    await delay(0);
    expect(works.begun).toEqual(['first', 'next']);
    await works.end('next');
    await next;
    expect(held['lines'].size).toBe(0);
  });

  it('are given back by work that fails', async () => {
    const held = turns({ ofRow: 1 });
    const fails = held.hold('a', () => Promise.reject(new Error('odd')));
    const after = held.hold('a', () => Promise.resolve('done'));
    await expect(fails).rejects.toThrow('odd');
    await expect(after).resolves.toBe('done');
  });
});
