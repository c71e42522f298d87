import { describe, expect, it } from '@jest/globals';
import { LongestWaiting } from './longest-waiting.js';

const itself = (name: string) => name;

describe('LongestWaiting', () => {
  it('has everybody come round, however few of them a round has time for', () => {
    const turns = new LongestWaiting();
    const all = Array.from({ length: 10 }, (_item, index) => `refund ${index}`);
    const had = new Set<string>();
    for (let round = 0; round < 4; round++) {
      for (const name of turns.inOrder(all, itself).slice(0, 3)) {
        turns.had(name);
        had.add(name);
      }
    }
    expect(had.size).toBe(10);
  });

  it('keeps the order given among those that have had no turn, and puts what is new before what waits', () => {
    const turns = new LongestWaiting();
    expect(turns.inOrder(['a', 'b'], itself)).toEqual(['a', 'b']);
    turns.had('a');
    turns.had('b');
    expect(turns.inOrder(['a', 'b', 'c', 'd'], itself)).toEqual(['c', 'd', 'a', 'b']);
  });

  it('forgets who is gone', () => {
    const turns = new LongestWaiting();
    turns.had('a');
    turns.inOrder(['b'], itself);
    expect(turns.inOrder(['b', 'a'], itself)).toEqual(['b', 'a']);
  });
});
