import { describe, expect, it } from '@jest/globals';
import { freshRecord, joinLine, leaveLine } from '../endpoints/endpoint-record.js';
import { EndpointGate, type Pass } from './endpoint-gate.js';

const SLOTS = 40;
const noSpread = () => 0.5;

/** A gate, and a clock of its own. */
function aGate() {
  const gate = new EndpointGate(SLOTS, noSpread);
  let now = 1_000_000;
  let deliveries = 0;
  const enter = (endpoint: string, jobId = `d${deliveries++}`, size = 1) =>
    gate.enter(endpoint, { jobId, size }, now);
  const leave = (pass: Pass, isSuccess: boolean, durationMs: number, deliveryId = `d${deliveries++}`) =>
    gate.leave(pass, now, { deliveryId, isSuccess, durationMs });
  const exchange = (endpoint: string, isSuccess: boolean, durationMs: number, deliveryId?: string) => {
    const pass = enter(endpoint);
    if ('waitMs' in pass) return pass.waitMs;
    now += durationMs;
    leave(pass, isSuccess, durationMs, deliveryId);
    return null;
  };
  const passesOf = (endpoint: string, tries = 200) =>
    Array.from({ length: tries }, () => enter(endpoint)).filter((pass): pass is Pass => !('waitMs' in pass));
  return { gate, enter, leave, exchange, passesOf, pass: (ms: number) => (now += ms), now: () => now };
}

describe('EndpointGate', () => {
  it('gives an unknown endpoint a few exchanges at once, and a quick one many', () => {
    const { passesOf, exchange } = aGate();
    expect(passesOf('unknown')).toHaveLength(10);
    exchange('quick', true, 20);
    expect(passesOf('quick')).toHaveLength(100);
    exchange('middling', true, 100);
    expect(passesOf('middling')).toHaveLength(40);
  });

  it('keeps half of the slots for quick endpoints, however many others hang', () => {
    const { passesOf, exchange } = aGate();
    exchange('quick', true, 5);
    const hanging = Array.from({ length: 20 }, (_, n) => passesOf(`hanging ${n}`).length);
    expect(hanging.reduce((sum, count) => sum + count)).toBe(SLOTS * 0.75);
    expect(passesOf('quick', 20)).toHaveLength(20);
  });

  it('lets one that nobody knows yet show that it is quick, while others hang', () => {
    const { passesOf, exchange } = aGate();
    for (const name of ['a', 'b', 'c', 'd']) passesOf(`hanging ${name}`);
    expect(exchange('newcomer', true, 5)).toBeNull();
    expect(passesOf('newcomer', 20)).toHaveLength(20);
  });

  it('gives back the hand it lent', () => {
    const { passesOf, leave } = aGate();
    const passes = [...passesOf('a'), ...passesOf('b')];
    expect(passesOf('c')).toHaveLength(1);
    for (const pass of passes) leave(pass, false, 10_000);
    expect(passesOf('c')).toHaveLength(9);
  });

  it('leaves alone an endpoint that failed five times, then lets one try', () => {
    const { exchange, enter, pass, leave, gate, now } = aGate();
    for (let count = 0; count < 5; count += 1) expect(exchange('dead', false, 1_000)).toBeNull();
    expect(gate.circuits(now())).toMatchObject({ open: 1 });
    expect(enter('dead')).toEqual({ waitMs: expect.any(Number) });
    pass(10_000);
    expect(gate.circuits(now())).toMatchObject({ 'half-open': 1 });
    const probe = enter('dead');
    expect(probe).not.toHaveProperty('waitMs');
    expect(enter('dead')).toHaveProperty('waitMs');
    leave(probe as Pass, true, 30);
    expect(gate.circuits(now())).toMatchObject({ closed: 1, open: 0 });
    expect(enter('dead')).not.toHaveProperty('waitMs');
  });

  it('opens again when the one that tried failed', () => {
    const { exchange, enter, pass } = aGate();
    for (let count = 0; count < 5; count += 1) exchange('dead', false, 1_000);
    pass(10_000);
    exchange('dead', false, 1_000);
    expect(enter('dead')).toHaveProperty('waitMs');
  });

  it('never opens on one delivery alone: that has its retry schedule', () => {
    const { exchange } = aGate();
    for (let count = 0; count < 50; count += 1) expect(exchange('flaky', false, 1_000, 'same')).toBeNull();
  });

  it('leaves alone in proportion: half a second for a failure of 5 ms, a second for the next, a hang a minute at most', () => {
    const { exchange, pass } = aGate();
    for (let count = 0; count < 5; count += 1) exchange('refusing', false, 5);
    for (const pauseMs of [500, 1_000, 1_000]) {
      pass(pauseMs - 1);
      expect(exchange('refusing', false, 5)).not.toBeNull();
      pass(1);
      expect(exchange('refusing', false, 5)).toBeNull();
    }
    pass(1_000);
    exchange('refusing', true, 5);
    for (let count = 0; count < 5; count += 1) exchange('refusing', false, 5);
    pass(500);
    expect(exchange('refusing', false, 5)).toBeNull();
    for (let count = 0; count < 5; count += 1) exchange('hanging', false, 10_000);
    pass(60_000);
    expect(exchange('hanging', false, 10_000)).toBeNull();
  });

  it('has them ask the less often the longer nothing comes back', () => {
    const { passesOf, enter, pass } = aGate();
    passesOf('hanging', 10);
    let asked = 0;
    for (let waited = 0; waited < 10_000; asked += 1) {
      const { waitMs } = enter('hanging', 'one') as { waitMs: number };
      pass(waitMs);
      waited += waitMs;
    }
    expect(asked).toBeLessThan(80);
  });

  it('lets those who wait come back one after another, not all at once', () => {
    const { passesOf, enter } = aGate();
    passesOf('busy', 10);
    const ids = Array.from({ length: 100 }, (_, n) => `w${n}`);
    const waits = ids.map((id) => (enter('busy', id) as { waitMs: number }).waitMs);
    expect(waits.at(-1)).toBeGreaterThan(waits[0]! * 3);
    // Asking again does not put anyone further back.
    const again = ids.map((id) => (enter('busy', id) as { waitMs: number }).waitMs);
    expect(Math.max(...again)).toBeLessThanOrEqual(Math.max(...waits));
  });

  it('has as many prepared as it lets in, and sends the others away for a moment only', () => {
    const { gate, now, passesOf } = aGate();
    const asked = Array.from({ length: 100 }, (_, n) => gate.ask('new', { jobId: `j${n}`, size: 5 }, now()));
    expect(asked.filter((waitMs) => waitMs === null)).toHaveLength(2);
    expect(Math.max(...asked.map((waitMs) => waitMs ?? 0))).toBeLessThanOrEqual(1_000);
    for (const job of [0, 1]) gate.prepared('new', { jobId: `j${job}`, size: 5 });
    expect(passesOf('new')).toHaveLength(10);
  });

  it('prepares nothing for an endpoint that is left alone, or that others stand in line for', () => {
    const { gate, now, exchange, passesOf, leave } = aGate();
    for (let count = 0; count < 5; count += 1) exchange('dead', false, 1_000);
    expect(gate.ask('dead', { jobId: 'one', size: 25 }, now())).toBeGreaterThanOrEqual(10_000);
    const [pass] = passesOf('busy');
    for (let count = 0; count < 143; count += 1) void gate.turn('busy', 0);
    // It turns out to be quick: a hundred at once. Nine are under way, two of those in line are called, and as many as may wait.
    leave(pass as Pass, true, 5);
    expect(gate.ask('busy', { jobId: 'two', size: 1 }, now())).not.toBeNull();
  });

  it('has some wait here for the turn of a quick endpoint, and of no other', () => {
    const { gate, now, exchange, passesOf, pass } = aGate();
    const ask = (endpoint: string, jobId: string, size: number) => gate.ask(endpoint, { jobId, size }, now());
    exchange('quick', true, 5);
    expect(gate.isSoon('quick', now())).toBe(true);
    expect(passesOf('quick')).toHaveLength(100);
    expect(ask('quick', 'third', 50)).toBeNull();
    expect(ask('quick', 'fourth', 50)).not.toBeNull();
    // One that has fallen silent keeps no more of them.
    exchange('silent', true, 5);
    passesOf('silent');
    pass(1_001);
    expect(gate.isSoon('silent', now())).toBe(false);
    expect(ask('silent', 'fifth', 1)).not.toBeNull();
    exchange('slow', true, 1_500);
    const slow = passesOf('slow');
    expect(gate.isSoon('slow', now())).toBe(false);
    expect(ask('slow', 'one', 1)).not.toBeNull();
    expect(slow.length).toBeLessThan(100);
  });

  it('sends away a job for as long as the deliveries take that came before it, not the jobs', () => {
    const { passesOf, enter } = aGate();
    passesOf('busy', 10);
    const waitBehind = (endpoint: string, size: number) => {
      for (let job = 0; job < 20; job += 1) enter(endpoint, `${size}-${job}`, size);
      return (enter(endpoint) as { waitMs: number }).waitMs;
    };
    const single = waitBehind('busy', 1);
    passesOf('busier', 10);
    expect(waitBehind('busier', 25)).toBeGreaterThan(single * 5);
  });

  it('has jobs for an endpoint that is left alone queued for later, one after another, and all others at once', () => {
    const { gate, now, exchange, pass } = aGate();
    const pauseBefore = (endpoint: string, jobId: string) =>
      gate.pauseBefore(endpoint, { jobId, size: 50 }, now());
    expect(pauseBefore('unknown', 'a')).toBe(0);
    exchange('quick', true, 5);
    expect(pauseBefore('quick', 'b')).toBe(0);
    for (let count = 0; count < 5; count += 1) exchange('dead', false, 1_000);
    const waits = Array.from({ length: 5 }, (_, n) => pauseBefore('dead', `d${n}`));
    expect(waits[0]).toBeGreaterThanOrEqual(10_000);
    expect(waits[4]).toBeGreaterThan(waits[0]!);
    pass(10_000);
    expect(pauseBefore('dead', 'later')).toBe(0);
  });

  it('knows whether nothing can be sent to an endpoint, and whether a quick one has something to do', () => {
    const { gate, now, exchange, enter, leave, passesOf } = aGate();
    expect(gate.isFull('new', now())).toBe(false);
    passesOf('new');
    expect(gate.isFull('new', now())).toBe(true);
    expect(gate.hasQuickAtWork()).toBe(false);
    exchange('quick', true, 5);
    expect(gate.hasQuickAtWork()).toBe(false);
    const under = enter('quick') as Pass;
    expect(gate.hasQuickAtWork()).toBe(true);
    leave(under, true, 5);
    expect(gate.hasQuickAtWork()).toBe(false);
    for (let count = 0; count < 5; count += 1) exchange('dead', false, 1_000);
    expect(gate.isFull('dead', now())).toBe(true);
  });

  it('forgets jobs that never come back, as those which another worker took', () => {
    const record = freshRecord();
    for (let job = 0; job < 5_000; job += 1) joinLine(record, { jobId: `j${job}`, size: 2 });
    expect([record.waiting.size, record.waitingDeliveries]).toEqual([1_000, 2_000]);
    leaveLine(record, { jobId: 'j0', size: 2 });
    leaveLine(record, { jobId: 'j4999', size: 2 });
    expect([record.waiting.size, record.waitingDeliveries]).toEqual([999, 1_998]);
  });
});
