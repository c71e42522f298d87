import * as jest from '@jest/globals';
import { webhooksOn } from '../harness/webhook-queue.js';

jest.describe('webhooks, with their queue on Postgres', () => webhooksOn('Postgres', jest));
// The others are in the long tier: of what goes to an endpoint, Redis knows no more than the id.
jest.describe('webhooks, with their queue on Redis', () =>
  webhooksOn('Redis', jest, 'waiting in a queue that was wiped'),
);
