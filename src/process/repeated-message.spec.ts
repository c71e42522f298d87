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
});
