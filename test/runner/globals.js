/** What `@jest/globals` gives to the spec file that is being loaded. */
export const { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, test } =
  globalThis[Symbol.for('quittance.jest-globals')];
