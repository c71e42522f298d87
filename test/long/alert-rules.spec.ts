import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hasPromtool, promtool } from '../harness/metrics.js';

const DOCS = join(import.meta.dirname, '../../docs');
const RULE_TESTS = readdirSync(DOCS).filter((name) => /^alerts\..*test\.yml$/.test(name));

// Minutes and days of a course of events, at one evaluation a minute: seconds of work, more on a busy machine.
(hasPromtool() ? describe : describe.skip)('promtool (skipped where it is not installed)', () => {
  it.each(RULE_TESTS)('has the alert rules fire as %s says', async (file) => {
    expect(await promtool(['test', 'rules', join(DOCS, file)])).toMatchObject({
      status: 0,
      output: expect.stringContaining('SUCCESS'),
    });
  });
});
