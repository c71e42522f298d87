import { describe, expect, it } from '@jest/globals';
import { maySee } from './operators-view.js';

const TOKEN = 'metrics-of-the-operator';
const rules = { metricsToken: null, metricsPort: null, nodeEnv: 'production' as const };

describe('who may see metrics and the details of health', () => {
  it.each([
    ['nobody in production where neither is set', rules, undefined, false, false],
    [
      'everybody in development where neither is set',
      { ...rules, nodeEnv: 'development' as const },
      undefined,
      false,
      true,
    ],
    ['who has the token', { ...rules, metricsToken: TOKEN }, `Bearer ${TOKEN}`, false, true],
    ['not who has another', { ...rules, metricsToken: TOKEN }, 'Bearer x', false, false],
    ['not who has none', { ...rules, metricsToken: TOKEN }, undefined, false, false],
    ['who reaches the port', { ...rules, metricsPort: 9100 }, undefined, true, true],
    ['not who reaches the API', { ...rules, metricsPort: 9100 }, undefined, false, false],
    [
      'with both, not who only reaches the port',
      { ...rules, metricsPort: 9100, metricsToken: TOKEN },
      undefined,
      true,
      false,
    ],
    [
      'with both, who has the token',
      { ...rules, metricsPort: 9100, metricsToken: TOKEN },
      `Bearer ${TOKEN}`,
      true,
      true,
    ],
  ])('%s', (_who, given, authorization, isOwnPort, may) => {
    expect(maySee(given, authorization, isOwnPort)).toBe(may);
  });
});
