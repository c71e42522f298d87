import { describe, expect, it } from '@jest/globals';
import { LackingMethods } from './lacking-methods.js';

describe('LackingMethods', () => {
  it('has a method looked at again after a while, later each time it was refused again', () => {
    const lacking = new LackingMethods();
    lacking.refused('eth_getBlockReceipts', 0);
    expect([
      lacking.has('eth_getBlockReceipts', 14_999),
      lacking.has('eth_getBlockReceipts', 15_000),
    ]).toEqual([true, false]);
    lacking.refused('eth_getBlockReceipts', 15_000);
    expect(lacking.has('eth_getBlockReceipts', 74_999)).toBe(true);
    let now = 75_000;
    for (let time = 0; time < 10; time++, now += 10 * 60_000) lacking.refused('eth_getBlockReceipts', now);
    expect(lacking.has('eth_getBlockReceipts', now)).toBe(false);
  });

  it('forgets it once it is answered', () => {
    const lacking = new LackingMethods();
    lacking.refused('eth_getBlockReceipts', 0);
    lacking.answered('eth_getBlockReceipts');
    expect(lacking.names(1)).toEqual([]);
    lacking.refused('eth_getBlockReceipts', 2);
    expect(lacking.has('eth_getBlockReceipts', 15_002)).toBe(false);
  });

  it('does not believe of any node that it lacks what all have', () => {
    const lacking = new LackingMethods();
    lacking.refused('eth_getBlockByNumber', 0);
    expect(lacking.has('eth_getBlockByNumber', 1)).toBe(false);
  });
});
