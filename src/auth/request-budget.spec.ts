import { describe, expect, it } from '@jest/globals';
import { RequestBudget } from './request-budget.js';

describe('RequestBudget', () => {
  it('lets everything pass where there is no limit', () => {
    const budget = new RequestBudget(0);
    for (let i = 0; i < 1000; i += 1) expect(budget.spend('a', 0)).toBe(0);
  });

  it('says when the next request may pass, and lets it pass then', () => {
    const budget = new RequestBudget(2);
    expect([budget.spend('a', 0), budget.spend('a', 0)]).toEqual([0, 0]);
    expect(budget.spend('a', 0)).toBe(30);
    expect(budget.spend('a', 29_000)).toBe(1);
    expect(budget.spend('a', 30_000)).toBe(0);
    expect(budget.spend('a', 30_000)).toBe(30);
  });

  it('keeps one key’s spending from another’s', () => {
    const budget = new RequestBudget(1);
    expect([budget.spend('a', 0), budget.spend('b', 0)]).toEqual([0, 0]);
  });
});
