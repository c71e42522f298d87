import { describe, expect, it } from '@jest/globals';
import { RepeatedMessage } from './repeated-message.js';

describe('RepeatedMessage', () => {
  it('lets the same message through once in a while, and another at once', () => {
    const messages = new RepeatedMessage(60_000);
    expect(messages.isDue('a', 'down', 0)).toBe(true);
    expect(messages.isDue('a', 'down', 59_999)).toBe(false);
    expect(messages.isDue('b', 'down', 59_999)).toBe(true);
    expect(messages.isDue('a', 'up', 59_999)).toBe(true);
    expect(messages.isDue('a', 'up', 119_999)).toBe(true);
  });

  it('lets messages that take turns through once each, and no flood of new ones', () => {
    const messages = new RepeatedMessage(60_000);
    const said = Array.from({ length: 100 }, (_, n) =>
      messages.isDue('scan', n % 2 === 0 ? 'refused' : 'terminated', n),
    );
    expect(said.filter(Boolean)).toHaveLength(2);
    const numbered = Array.from({ length: 100 }, (_, n) => messages.isDue('plan', `block ${n}`, n));
    expect(numbered.filter(Boolean)).toHaveLength(5);
    expect(messages.isDue('scan', 'refused', 60_000)).toBe(true);
    expect(messages.isDue('plan', 'block 101', 60_100)).toBe(true);
  });
});
