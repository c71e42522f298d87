import { describe, expect, it } from '@jest/globals';
import { requireShallow, whyNotJson } from './json-body.js';

describe('requireShallow', () => {
  it('lets honest bodies pass', () => {
    expect(() => requireShallow('{"a":[{"b":"[[[["}]}')).not.toThrow();
    expect(() => requireShallow(`"${'['.repeat(1000)}"`)).not.toThrow();
    expect(() => requireShallow(`["\\"${'['.repeat(1000)}"]`)).not.toThrow();
    expect(() => requireShallow('[]'.repeat(1000))).not.toThrow();
  });

  it('stops nesting made to overflow the stack', () => {
    expect(() => requireShallow('['.repeat(65))).toThrow(/64 levels/);
    expect(() => requireShallow('{"a":'.repeat(100_000))).toThrow(/64 levels/);
  });
});

describe('whyNotJson', () => {
  it('says where the text stops being JSON', () => {
    expect(whyNotJson('{"chain":"a",}')).toMatch(/position 13/);
    expect(whyNotJson('{"chain":')).toMatch(/Unexpected end/);
  });

  it('names the keys that are JSON and yet refused', () => {
    expect(whyNotJson('{"a":{"__proto__":1}}')).toMatch(/"__proto__"/);
  });
});
