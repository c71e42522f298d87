import { describe, it } from '@jest/globals';
import { redisGone } from '../../harness/outage.js';
import { hasRedis } from '../../harness/redis.js';

(hasRedis() || process.env.CI ? describe : describe.skip)('the queue on Redis', () => {
  it('frozen for 40 s: payments go on, and webhooks come when it is back', () => redisGone('frozen'));
});
