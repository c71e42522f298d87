import { describe, expect, it } from '@jest/globals';
import { Circuit } from './rpc-circuit.js';
import { TokenBucket } from './rpc-token-bucket.js';

describe('TokenBucket', () => {
  it('lets a second’s worth through at once, and the rest at the rate, in order', () => {
    const bucket = new TokenBucket(2, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 0, 500, 1000]);
    expect(bucket.take(5000)).toBe(0);
  });

  it('saves up no more than a second’s worth', () => {
    const bucket = new TokenBucket(2, 0);
    expect([bucket.take(60_000), bucket.take(60_000), bucket.take(60_000)]).toEqual([0, 0, 500]);
  });

  it('can be slower than one a second', () => {
    const bucket = new TokenBucket(0.5, 0);
    expect([bucket.take(0), bucket.take(0), bucket.take(0)]).toEqual([0, 2000, 4000]);
  });
});

describe('Circuit', () => {
  const failing = (times: number) => {
    const circuit = new Circuit();
    for (let failure = 0; failure < times; failure++) circuit.failed(0);
    return circuit;
  };

  it('opens after failures in a row, and not after failures among successes', () => {
    expect(failing(4).state(0)).toBe('closed');
    expect(failing(5).state(0)).toBe('open');
    const mixed = failing(4);
    mixed.succeeded();
    mixed.failed(0);
    expect(mixed.state(0)).toBe('closed');
  });

  it('lets one call probe after the rest, and closes when it succeeds', () => {
    const circuit = failing(5);
    expect(circuit.admits(499)).toBe(false);
    expect([circuit.admits(500), circuit.admits(500)]).toEqual([true, false]);
    circuit.succeeded();
    expect([circuit.state(500), circuit.admits(500), circuit.admits(500)]).toEqual(['closed', true, true]);
  });

  it.each([
    [3_000, 3_000],
    [86_400_000, 60_000],
    [Date.parse('9999-12-31') - Date.now(), 60_000],
  ])('rests as long as the node says, and a minute at most: %d ms', (toldMs, restMs) => {
    const circuit = new Circuit();
    circuit.failed(0, toldMs);
    expect([circuit.admits(restMs - 1), circuit.admits(restMs)]).toEqual([false, true]);
  });

  it('rests twice as long after a failed probe, up to a bound', () => {
    const circuit = failing(5);
    circuit.admits(500);
    circuit.failed(500);
    expect([circuit.state(1499), circuit.state(1500)]).toEqual(['open', 'half_open']);
    let now = 1500;
    for (let probe = 0; probe < 20; probe++, now += 15_000) {
      expect(circuit.admits(now)).toBe(true);
      circuit.failed(now);
    }
    expect(circuit.state(now)).toBe('half_open');
  });

  it('rests as long as the node asks, after one refusal', () => {
    const circuit = new Circuit();
    circuit.failed(0, 30_000);
    expect([circuit.state(29_999), circuit.state(30_000)]).toEqual(['open', 'half_open']);
  });

  it('is not opened for longer by calls that were under way', () => {
    const circuit = failing(9);
    expect(circuit.state(500)).toBe('half_open');
  });
});
