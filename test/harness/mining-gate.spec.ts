import { describe, expect, it } from '@jest/globals';
import { forgetGate, mineBetweenReads, readBetweenBlocks } from './mining-gate.js';

const URL = 'http://a-node';

function later(): { promise: Promise<void>; end: () => void } {
  let end: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => (end = resolve));
  return { promise, end };
}

describe('a node that is asked and mines', () => {
  it('mines when what was asked before is answered, failed or not, and is asked again after that', async () => {
    const done: string[] = [];
    const [first, second, mining] = [later(), later(), later()];
    const reads = [
      readBetweenBlocks(URL, () => first.promise.then(() => done.push('first'))),
      readBetweenBlocks(URL, () => second.promise.then(() => Promise.reject(new Error('gone')))),
    ];
    const refused = expect(reads[1]).rejects.toThrow('gone');
    const mined = mineBetweenReads(URL, async () => {
      done.push('mines');
      await mining.promise;
      done.push('has mined');
    });
    const third = readBetweenBlocks(URL, () => Promise.resolve(done.push('third')));
    const another = readBetweenBlocks('http://another', () => Promise.resolve(done.push('another')));
    await another;
    second.end();
    await refused;
    first.end();
    await reads[0];
    mining.end();
    await Promise.all([mined, third]);
    forgetGate(URL);
    expect(done).toEqual(['another', 'first', 'mines', 'has mined', 'third']);
  });

  it('is asked again after it failed to mine', async () => {
    await expect(mineBetweenReads(URL, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await expect(readBetweenBlocks(URL, () => Promise.resolve(1))).resolves.toBe(1);
  });
});
