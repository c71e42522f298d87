import { describe, expect, it } from '@jest/globals';
import { PublicLimits, TooManyPageRequestsError } from './public-limits.js';

/** Of one site: as many callers as there are numbers. */
const ofSite = (caller: number) => `2001:db8:7:${caller.toString(16)}::1`;
const ofAnother = (site: number) => `2001:db9:${site.toString(16)}::1`;

const granted = (times: number, spend: (again: number) => void) => {
  let count = 0;
  for (let again = 0; again < times; again += 1)
    try {
      spend(again);
      count += 1;
    } catch (error) {
      if (!(error instanceof TooManyPageRequestsError)) throw error;
    }
  return count;
};

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

  it('holds back whoever has all networks of a site, at four times what one may, and no other site', () => {
    const limits = new PublicLimits();
    expect(granted(1_000, (caller) => limits.spend('links', ofSite(caller), 'link', 0))).toBe(240);
    expect(granted(1_000, (caller) => limits.spend('piece', ofSite(caller), 'stock', 0))).toBe(20);
    expect(granted(1_000, (site) => limits.spend('links', ofAnother(site), 'link', 0))).toBe(1_000);
    expect(granted(100, () => limits.spend('links', '192.0.2.1', 'link', 0))).toBe(60);
  });

  it('leaves to each newcomer a check or two, however many others ask, and has what it refuses cost nobody anything', () => {
    const limits = new PublicLimits();
    const check = (address: string, page: number) => limits.spend('check', address, `${address} ${page}`, 0);
    for (let site = 0; site < 15; site += 1) granted(20, (page) => check(ofAnother(site), page));
    const refused = granted(2_000, (again) => check(ofAnother(again % 15), again));
    expect(refused).toBe(0);
    expect(granted(9, (page) => check('198.51.100.1', page))).toBe(2);
    expect(granted(900, (again) => check(ofAnother(100 + (again >> 2)), again))).toBe(298);
    expect(granted(9, (page) => limits.spend('check', '198.51.100.2', `q${page}`, 60_000))).toBe(9);
  });

  it('remembers no more than so many', () => {
    const limits = new PublicLimits();
    for (let one = 0; one < 21_000; one += 1) limits.spend('page', String(one), String(one), 0);
    const { counted } = limits as unknown as { counted: Map<string, { size: number }> };
    expect(Math.max(...[...counted.values()].map(({ size }) => size))).toBe(20_000);
  });

  it('forgets nothing of one kind for names that are made up for another, nor for a page that is not there', () => {
    const limits = new PublicLimits();
    for (let again = 0; again < 5; again += 1) limits.spend('piece', 'a', 'stock', 0);
    for (let again = 0; again < 10; again += 1) limits.spend('check', `a${again}`, 'page', 0);
    for (let one = 0; one < 21_000; one += 1) limits.spend('page', String(one), String(one), 0);
    for (let one = 0; one < 21_000; one += 1) limits.spendOfAddress('missing', String(one), 0);
    expect(() => limits.spend('piece', 'a', 'stock', 1)).toThrow(TooManyPageRequestsError);
    expect(() => limits.spend('check', 'z', 'page', 1)).toThrow(TooManyPageRequestsError);
  });

  it('lets nobody close a page to the others who ask for it', () => {
    const limits = new PublicLimits();
    expect(granted(500, () => limits.spend('page', 'a', 'page', 0))).toBe(120);
    expect(() => limits.spend('page', 'b', 'page', 0)).not.toThrow();
    expect(granted(500, (caller) => limits.spend('events', ofSite(caller % 9), 'page', 0))).toBe(240);
    expect(() => limits.spend('events', 'b', 'page', 0)).not.toThrow();
  });
});
