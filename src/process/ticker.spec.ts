import { describe, expect, it } from '@jest/globals';
import { Ticker } from './ticker.js';

function aTask() {
  const finish: ((hasMore: boolean) => void)[] = [];
  return { finish, task: () => new Promise<boolean>((resolve) => finish.push(resolve)) };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('Ticker', () => {
  it('never overlaps itself', async () => {
    const { finish, task } = aTask();
    const ticker = new Ticker(task);
    ticker.run();
    ticker.run();
    expect(finish).toHaveLength(1);
    finish[0]?.(false);
    await settled();
    ticker.run();
    expect(finish).toHaveLength(2);
  });

  it('goes on at once while there is more', async () => {
    const { finish, task } = aTask();
    new Ticker(task).run();
    finish[0]?.(true);
    await settled();
    expect(finish).toHaveLength(2);
  });

  it('runs once more for news that came during a run', async () => {
    const { finish, task } = aTask();
    const ticker = new Ticker(task);
    ticker.run();
    ticker.runAgain();
    finish[0]?.(false);
    await settled();
    expect(finish).toHaveLength(2);
    finish[1]?.(false);
    await settled();
    expect(finish).toHaveLength(2);
  });

  it('stops after what is under way, and starts nothing more', async () => {
    const { finish, task } = aTask();
    const ticker = new Ticker(task);
    ticker.run();
    let isStopped = false;
    const stopped = ticker.stop().then(() => (isStopped = true));
    await settled();
    expect(isStopped).toBe(false);
    finish[0]?.(true);
    await stopped;
    ticker.run();
    expect(finish).toHaveLength(1);
  });
});
