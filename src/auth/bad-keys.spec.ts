import { describe, expect, it } from '@jest/globals';
import { BadKeys } from './bad-keys.js';

const refuse = (keys: BadKeys, address: string, times: number, nowMs: number) =>
  Array.from({ length: times }, () => keys.refused(address, nowMs)).at(-1);

describe('BadKeys', () => {
  it('lets an address try thirty a minute, and says when it may go on', () => {
    const keys = new BadKeys();
    expect(refuse(keys, 'a', 30, 0)).toBe(0);
    expect(keys.refused('a', 20_000)).toBe(40);
    expect(keys.refused('a', 60_000)).toBe(0);
  });

  it('keeps one address from another', () => {
    const keys = new BadKeys();
    expect(refuse(keys, 'a', 31, 0)).toBe(60);
    expect(keys.refused('b', 0)).toBe(0);
  });
});
