import { describe, expect, it } from '@jest/globals';
import { METADATA_MAX_BYTES, whyNotMetadata } from './metadata.js';

function nested(depth: number): unknown {
  let value: unknown = {};
  for (let level = 1; level < depth; level += 1) value = { a: value };
  return value;
}

describe('whyNotMetadata', () => {
  it('takes any object that fits', () => {
    expect(whyNotMetadata({})).toBeNull();
    expect(whyNotMetadata({ order: 1, tags: ['a', { b: null }], emoji: '🪙', path: 'C:\\udata' })).toBeNull();
    expect(whyNotMetadata(nested(32))).toBeNull();
  });

  it('measures UTF-8 bytes, not characters', () => {
    const overhead = JSON.stringify({ a: '' }).length;
    expect(whyNotMetadata({ a: 'x'.repeat(METADATA_MAX_BYTES - overhead) })).toBeNull();
    expect(whyNotMetadata({ a: 'x'.repeat(METADATA_MAX_BYTES - overhead + 1) })).toMatch(/16384 bytes/);
    expect(whyNotMetadata({ a: 'é'.repeat(METADATA_MAX_BYTES / 2) })).toMatch(/16384 bytes/);
  });

  it.each([[[]], ['text'], [1], [null]])('refuses %p, which is no object', (given) => {
    expect(whyNotMetadata(given)).toMatch(/JSON object/);
  });

  it('refuses nesting that would overflow the stack', () => {
    expect(whyNotMetadata(nested(33))).toMatch(/32 levels/);
    expect(whyNotMetadata(nested(100_000))).toMatch(/32 levels/);
  });

  it.each([[{ a: 'nul \0' }], [{ 'k\0': 1 }], [{ a: '\ud800' }], [{ a: '\udc00 b' }]])(
    'refuses %j, which jsonb cannot hold',
    (given) => {
      expect(whyNotMetadata(given)).toMatch(/NUL|surrogate/);
    },
  );
});
