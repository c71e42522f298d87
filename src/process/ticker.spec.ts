import { describe, expect, it } from '@jest/globals';
import { runningLoops } from './loops.js';
import { runningMs } from './running-time.js';
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

describe('a loop that is watched', () => {
  it('is as old as time has passed, whatever the clock of the machine is set to', async () => {
    const { finish, task } = aTask();
    const ticker = new Ticker(task, { loop: 'watched' });
    const clock = Date.now;
    const later = Date.now() + 3_600_000;
    Date.now = () => later;
    try {
      ticker.run();
      finish[0]?.(false);
      await settled();
      Date.now = () => 0;
      const loop = runningLoops().find(({ name }) => name === 'watched');
      const age = runningMs() - (loop?.finishedAtMs ?? NaN);
      expect(age).toBeGreaterThanOrEqual(0);
      expect(age).toBeLessThan(60_000);
    } finally {
      Date.now = clock;
      await ticker.stop();
    }
  });
});
