import { describe, expect, it } from '@jest/globals';
import { HealthIndicators } from './health-indicators.js';

const answers = () => Promise.resolve();
const fails = () => Promise.reject(new Error('gone'));
const hangs = () => new Promise(() => undefined);

describe('HealthIndicators', () => {
  it('takes a part that hangs for one that fails, and waits for no longer than it may', async () => {
    const indicators = new HealthIndicators();
    indicators.add({ name: 'database', isEssential: true, check: hangs });
    indicators.add({ name: 'queue', isEssential: false, check: answers });
    await expect(indicators.check(20)).resolves.toEqual({
      isReady: false,
      parts: { database: 'unavailable', queue: 'ok' },
    });
  });

  it('is ready without a part that is not essential, and says that it is missing', async () => {
    const indicators = new HealthIndicators();
    indicators.add({ name: 'database', isEssential: true, check: answers });
    indicators.add({ name: 'queue', isEssential: false, check: fails });
    await expect(indicators.check(20)).resolves.toEqual({
      isReady: true,
      parts: { database: 'ok', queue: 'unavailable' },
    });
  });
});
