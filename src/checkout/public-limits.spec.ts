import { describe, expect, it } from '@jest/globals';
import { PublicLimits, TooManyPageRequestsError } from './public-limits.js';

describe('PublicLimits', () => {
  it('holds back one address and one page, and lets others pass', () => {
    const limits = new PublicLimits();
    for (let again = 0; again < 10; again += 1) limits.spend('check', `a${again}`, 'page', 0);
    expect(() => limits.spend('check', 'b', 'page', 1_000)).toThrow(TooManyPageRequestsError);
    expect(() => limits.spend('check', 'b', 'other', 1_000)).not.toThrow();
    for (let again = 0; again < 20; again += 1) limits.spend('check', 'c', `p${again}`, 0);
    expect(() => limits.spend('check', 'c', 'another', 1_000)).toThrow(/try again in 59 s/);
    expect(() => limits.spend('check', 'c', 'another', 60_000)).not.toThrow();
  });

  it('holds back whoever changes addresses within a network of IPv6, and takes hold of a few pieces of one stock alone', () => {
    const limits = new PublicLimits();
    const spend = (host: number, page: string) => limits.spend('piece', `2001:db8::${host}`, page, 0);
    for (let again = 0; again < 5; again += 1) spend(again, 'page');
    expect(() => spend(6, 'page')).toThrow(TooManyPageRequestsError);
    expect(() => spend(7, 'other')).not.toThrow();
    expect(() => limits.spend('piece', '2001:db8:0:1::1', 'page', 0)).not.toThrow();
  });

  it('remembers no more than so many', () => {
    const limits = new PublicLimits();
    for (let one = 0; one < 30_000; one += 1) limits.spend('page', String(one), String(one), 0);
    const { counts } = limits as unknown as { counts: Map<number, Map<string, unknown>> };
    expect([...counts.values()].map(({ size }) => size)).toEqual([20_000]);
  });

  it('forgets nothing of a long time for what is made up in a short one', () => {
    const limits = new PublicLimits();
    for (let again = 0; again < 5; again += 1) limits.spend('piece', 'a', 'stock', 0);
    for (let one = 0; one < 30_000; one += 1) limits.spend('logo', String(one), String(one), 0);
    expect(() => limits.spend('piece', 'a', 'stock', 1)).toThrow(TooManyPageRequestsError);
  });
});
