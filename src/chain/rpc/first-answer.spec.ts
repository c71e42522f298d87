import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Candidate, firstAnswer, type Outcome } from './first-answer.js';

const PATIENCE_MS = 50;

let overtaken: string[];
let asked: string[];
beforeEach(() => {
  overtaken = [];
  asked = [];
});

/** @param ms until its outcome; Infinity: never */
function after(ms: number, name: string, outcome: Outcome<string> = { answer: name }): Candidate<string> {
  return {
    patienceMs: PATIENCE_MS,
    overtaken: () => overtaken.push(name),
    ask: () => {
      asked.push(name);
      return new Promise((resolve) => {
        if (ms < Infinity) setTimeout(() => resolve(outcome), ms);
      });
    },
  };
}

const failed = (name: string): Outcome<string> => ({ failure: new Error(name) });
const [SLOW, NEVER] = [5 * PATIENCE_MS, Infinity];

describe('firstAnswer', () => {
  it('asks nobody else while the first answers in its time', async () => {
    expect(await firstAnswer([after(0, 'a'), after(0, 'b')])).toEqual({ answer: 'a' });
    expect(asked).toEqual(['a']);
  });

  it('asks the next at once when one fails', async () => {
    const began = performance.now();
    const patient = { ...after(0, 'a', failed('a')), patienceMs: 60_000 };
    expect(await firstAnswer([patient, after(0, 'b')])).toEqual({ answer: 'b' });
    expect(performance.now() - began).toBeLessThan(30_000);
    expect(overtaken).toEqual([]);
  });

  it('asks the next as well when one hangs, and tells on it', async () => {
    expect(await firstAnswer([after(NEVER, 'a'), after(0, 'b')])).toEqual({ answer: 'b' });
    expect([asked, overtaken]).toEqual([['a', 'b'], ['a']]);
  });

  it('takes the answer of a slow one that is still the first', async () => {
    expect(await firstAnswer([after(SLOW, 'a'), after(NEVER, 'b')])).toEqual({ answer: 'a' });
    expect(overtaken).toEqual([]);
  });

  it('waits for a slow one when all others failed', async () => {
    const others = ['b', 'c'].map((name) => after(0, name, failed(name)));
    expect(await firstAnswer([after(SLOW, 'a'), ...others])).toEqual({ answer: 'a' });
    expect(asked).toEqual(['a', 'b', 'c']);
  });

  it('gives all failures, in the order of those who had them', async () => {
    const result = await firstAnswer([after(SLOW, 'a', failed('a')), after(0, 'b', failed('b'))]);
    expect(result).toEqual({ failures: [new Error('a'), new Error('b')] });
    expect(await firstAnswer([])).toEqual({ failures: [] });
  });

  it('asks nobody else after a failure that is not theirs', async () => {
    const final = { failure: new Error('the database is gone'), isFinal: true };
    await expect(firstAnswer([after(0, 'a', final), after(0, 'b')])).rejects.toThrow(/database/);
    expect(asked).toEqual(['a']);
  });
});
