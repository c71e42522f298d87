import { Redis } from 'ioredis';
import { requireQueueOnRedis } from '../queue/redis-check.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { isLocal } from './local-host.js';
import { type Subject } from './subject.js';

const PART = 'queue';
const TIMEOUT_MS = 5_000;

export async function queueFindings({ settings, isProduction }: Subject): Promise<Finding[]> {
  const { redisUrl } = settings;
  if (redisUrl === null) return [ok(PART, 'on Postgres, in the schema bullmq of the database')];
  const url = new URL(redisUrl);
  const away: string[] = [];
  // Refused is told by the error.
  await requireQueueOnRedis(redisUrl, (line) => away.push(line));
  if (away.length > 0)
    return away.map((line) => problem(PART, line, 'start it, or fix REDIS_URL: no webhook leaves meanwhile'));
  const open =
    isProduction && url.protocol === 'redis:' && !isLocal(url.hostname)
      ? [
          warning(
            PART,
            `the connection to ${url.host} is not encrypted, and its password goes over it`,
            'use rediss:// where others may listen',
          ),
        ]
      : [];
  return [ok(PART, `Redis at ${url.host} lets us work`), ...open, ...(await evictionFindings(redisUrl))];
}

/** Jobs that are evicted are added again, but late: the reconciler looks for them now and then. */
async function evictionFindings(url: string): Promise<Finding[]> {
  const redis = new Redis(url, {
    lazyConnect: true,
    commandTimeout: TIMEOUT_MS,
    connectTimeout: TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    const policy = /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];
    if (policy === undefined || policy === 'noeviction') return [];
    return [
      warning(
        PART,
        `maxmemory-policy is ${policy}: jobs may be evicted, and are added again late`,
        'set maxmemory-policy noeviction on this Redis',
      ),
    ];
  } finally {
    redis.disconnect();
  }
}
