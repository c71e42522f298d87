import { describe, expect, it } from '@jest/globals';
import { AgreedAnswers, TooFewAnswersError } from './agreed-answers.js';
import { RpcError } from './rpc-error.js';
import { type RpcPool } from './rpc-pool.js';

const down = new RpcError('b.example', 'a read', 'it is down');

/** Endpoints a, b and so on, each of which says something, or fails, and then has been silent about everything for so long. */
function asking(says: () => readonly unknown[], silentMs = 0) {
  let nowMs = 0;
  const alone: string[] = [];
  const rpc = {
    get size() {
      return says().length;
    },
    askEach: () =>
      Promise.resolve(
        says().map((answer, index) => {
          const endpoint = 'abc'.charAt(index);
          return answer instanceof Error ? { endpoint, failure: answer, silentMs } : { endpoint, answer };
        }),
      ),
  } as unknown as RpcPool;
  const agreed = new AgreedAnswers(rpc, {
    blockTimeMs: 1_000,
    onAlone: (_what, reason) => alone.push(reason),
    now: () => nowMs,
  });
  return {
    alone,
    agreed,
    later: (seconds: number) => (nowMs += seconds * 1_000),
    ask: (subject = 'block') => agreed.of<unknown>(subject, () => Promise.resolve(0), 'a thing'),
  };
}

describe('what no proof covers', () => {
  it('is said by two at least where two are configured, and by a single one where it is all there is', async () => {
    await expect(asking(() => [1, 2]).ask()).resolves.toEqual([1, 2]);
    await expect(asking(() => [1, 2, down]).ask()).resolves.toEqual([1, 2]);
    const single = asking(() => [1]);
    await expect(single.ask()).resolves.toEqual([1]);
    expect(single.alone).toEqual(['no other endpoint is configured']);
    await expect(asking(() => [down, down]).ask()).rejects.toBe(down);
  });

  it('is believed of one alone only after the others said nothing for a minute, as often as they were asked', async () => {
    const { ask, later, alone } = asking(() => [1, down]);
    await expect(ask()).rejects.toThrow(TooFewAnswersError);
    later(30);
    await expect(ask()).rejects.toThrow(/waiting for another/);
    later(29);
    await expect(ask('another')).rejects.toThrow(TooFewAnswersError);
    expect(alone).toEqual([]);
    later(1);
    await expect(ask('a third')).resolves.toEqual([1]);
    expect(alone).toEqual([expect.stringContaining('it is down')]);
  });

  it('waits again once the other has answered, or was not asked for long', async () => {
    let second: unknown = down;
    const { ask, later } = asking(() => [1, second]);
    for (let asked = 0; asked < 3; asked += 1) {
      await expect(ask(`${asked}`)).rejects.toThrow(TooFewAnswersError);
      later(29);
    }
    second = 1;
    await expect(ask('fourth')).resolves.toEqual([1, 1]);
    second = down;
    await expect(ask('fifth')).rejects.toThrow(TooFewAnswersError);
    later(3_600);
    await expect(ask('sixth')).rejects.toThrow(TooFewAnswersError);
  });

  it('is believed about what the other never tells of, though it tells of other things', async () => {
    let second: unknown = down;
    const { ask, later } = asking(() => [1, second]);
    for (let asked = 0; asked < 3; asked += 1) {
      second = down;
      await expect(ask('old')).rejects.toThrow(TooFewAnswersError);
      second = 1;
      await expect(ask('new')).resolves.toEqual([1, 1]);
      later(25);
    }
    second = down;
    await expect(ask('old')).resolves.toEqual([1]);
  });

  it('is believed at once where nothing has come of the other for a minute, whatever it was asked', async () => {
    await expect(asking(() => [1, down], 59_999).ask()).rejects.toThrow(TooFewAnswersError);
    const { ask, alone } = asking(() => [1, down], 60_000);
    await expect(ask()).resolves.toEqual([1]);
    expect(alone).toEqual([expect.stringContaining('it is down')]);
  });

  it('waits five minutes for one that refuses us, since it may have an answer', async () => {
    const refusal = new RpcError('b.example', 'a read', 'HTTP 429', { kind: 'rate_limited' });
    const { ask, later, agreed, alone } = asking(() => [1, refusal]);
    for (let second = 0; second < 300; second += 30) {
      await expect(ask()).rejects.toThrow(TooFewAnswersError);
      later(30);
    }
    expect(agreed.believedAlone).toBeNull();
    await expect(ask()).resolves.toEqual([1]);
    expect(alone).toHaveLength(1);
    await expect(asking(() => [1, refusal], 299_999).ask()).rejects.toThrow(TooFewAnswersError);
    await expect(asking(() => [1, refusal], 300_000).ask()).resolves.toEqual([1]);
  });

  it('counts nothing as silence while an endpoint is left alone, and so not asked', async () => {
    const resting = new RpcError('b.example', 'a read', 'it rests', { kind: 'transient', isNotAsked: true });
    let second = down;
    const { ask, later } = asking(() => [1, second]);
    const askAndWait = async () => {
      await expect(ask()).rejects.toThrow(TooFewAnswersError);
      later(20);
    };
    await askAndWait();
    second = resting;
    for (let asked = 0; asked < 5; asked += 1) await askAndWait();
    second = down;
    await askAndWait();
    await expect(ask()).resolves.toEqual([1]);
  });

  it('is told of as one word alone until another says it as well', async () => {
    let second: unknown = down;
    const { ask, agreed, later } = asking(() => [1, second], 60_000);
    await ask();
    expect(agreed.believedAlone).toEqual({ what: 'a thing', reason: expect.stringContaining('it is down') });
    later(3_599);
    expect(agreed.believedAlone).not.toBeNull();
    later(1);
    expect(agreed.believedAlone).toBeNull();
    await ask();
    second = 1;
    await ask();
    expect(agreed.believedAlone).toBeNull();
  });

  it('remembers who is silent about a kind however many things of it are asked about', async () => {
    const { ask, later } = asking(() => [1, down]);
    for (let asked = 0; asked < 1_500; asked += 1) {
      await expect(ask(`block ${asked}`)).rejects.toThrow(TooFewAnswersError);
      later(0.04);
    }
    await expect(ask('the next')).resolves.toEqual([1]);
  });
});
