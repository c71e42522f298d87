import { describe, expect, it } from '@jest/globals';
import { FirstReading } from './first-reading.js';

describe('the first reading of the rates', () => {
  it('is waited for until it ends', async () => {
    const reading = new FirstReading();
    reading.begin();
    const waiting = reading.wait();
    reading.end();
    await waiting;
    expect(reading.isUnderWay).toBe(false);
  });

  it('ends by itself where a source stays out of reach', async () => {
    const reading = new FirstReading();
    reading.begin(5);
    await reading.wait();
    expect(reading.isUnderWay).toBe(false);
  });

  it('keeps nobody waiting for longer than they like, nor where it never began', async () => {
    const reading = new FirstReading();
    await reading.wait();
    reading.begin();
    await reading.wait(5);
    expect(reading.isUnderWay).toBe(true);
    reading.end();
  });
});
