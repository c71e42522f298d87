import { describe, expect, it } from '@jest/globals';
import { sideBySide } from '../../src/outgoing/side-by-side.js';
import { SlowItems } from '../../src/outgoing/slow-items.js';
import { VirtualTime } from '../fuzz/virtual-time.js';

/** What a node that hangs over an item is waited for. */
const PATIENCE_MS = 10_000;
const HANGING = Array.from({ length: 200 }, (_, index) => `hangs ${index}`);

/**
 * A turn over items of which those named so hang.
 * @param later comes when the turn has lasted so long
 * @returns when the one that does not hang was done, ms since the turn began; and how many failed
 */
function turnOf(items: string[], later: { item: string; atMs: number } | null) {
  const time = new VirtualTime();
  const slow = new SlowItems(() => time.now());
  const beganAt = time.now();
  const passed = () => time.now() - beganAt;
  let doneAfterMs: number | null = null;
  const one = async (item: string): Promise<void> => {
    if (!item.startsWith('hangs')) return void (doneAfterMs = Math.round(passed()));
    await time.pass(PATIENCE_MS);
    throw new Error('no answer');
  };
  let hasCome = false;
  const more = () => {
    const comes = later !== null && !hasCome && passed() >= later.atMs;
    hasCome ||= comes;
    return Promise.resolve(comes ? [later.item] : []);
  };
  return time.run(async () => {
    const { failures } = await sideBySide(items, String, one, { slow, more });
    return { doneAfterMs, failed: failures.length, tookMs: passed() };
  });
}

describe('two hundred items that hang, none of them known to', () => {
  it('keep one that comes after them waiting for five seconds at most', async () => {
    const { doneAfterMs, failed, tookMs } = await turnOf([...HANGING, 'innocent'], null);
    expect(doneAfterMs).toBeLessThanOrEqual(5_000);
    expect(failed).toBe(200);
    expect(tookMs).toBeLessThanOrEqual(16_000);
  });

  it('keep one that comes while they hang waiting for a second or two', async () => {
    const { doneAfterMs, failed } = await turnOf(HANGING, { item: 'innocent', atMs: 6_000 });
    expect(doneAfterMs).toBeLessThanOrEqual(8_000);
    expect(failed).toBe(200);
  });

  it('are never more than two hundred at once, and the rest of them has its turn later', async () => {
    const many = Array.from({ length: 1_000 }, (_, index) => `hangs ${index}`);
    const { failed, tookMs } = await turnOf(many, null);
    expect(failed).toBeLessThanOrEqual(2 * 220);
    expect(tookMs).toBeLessThanOrEqual(22_000);
  });
});
