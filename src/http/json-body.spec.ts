import { describe, expect, it } from '@jest/globals';
import { requireShallow } from './json-body.js';

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
