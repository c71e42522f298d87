import * as jest from '@jest/globals';
import { webhooksOn } from '../harness/webhook-queue.js';

jest.describe('webhooks, with their queue on Redis', () => webhooksOn('Redis', jest));
