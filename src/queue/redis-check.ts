import { Redis } from 'ioredis';
import { isUntrustedCertificate } from '../config/untrusted-certificate.js';

/** What Redis answers while it loads, fails over or is full, which passes. Any other error that it answers with stays. */
const PASSING =
  /^(LOADING|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|UNKILLABLE|MISCONF|OOM|ERR max number of clients)/;
/** What each of them means, and what to do. */
const WAYS: readonly (readonly [RegExp, string])[] = [
  [/^READONLY/, 'it is a replica, which takes no writes: name its master in REDIS_URL'],
  [
    /^(MOVED|CROSSSLOT|ERR SELECT)/,
    'it is a cluster, on which the queue does not run: name a Redis of its own in REDIS_URL',
  ],
  [/^ERR DB index/, 'it has no database of the number at the end of REDIS_URL: name another one, or none'],
  [/^ERR unknown command/, 'it is a sentinel, or no Redis 5 or newer: name the Redis itself in REDIS_URL'],
];
const USUAL_WAY =
  'fix the user or the password in REDIS_URL, or the rights of that user: BullMQ needs scripts, INFO, and every ' +
  'command on keys that begin with bull:';
const CONNECT_TIMEOUT_MS = 5_000;
const UNUSED_KEYS = ['bull:quittance:check', 'bull:quittance:check-too'] as const;
const SHORT_WAIT_SECONDS = 0.01;

export class QueueUntrustedError extends Error {
  constructor(host: string, code: string) {
    super(
      `the queue at ${host} shows a certificate that is not trusted (${code}); name its authority in ` +
        'NODE_EXTRA_CA_CERTS, have it renewed, or use the host name that it is for in REDIS_URL',
    );
  }
}

export class QueueRefusedError extends Error {
  constructor(host: string, said: string) {
    const way = WAYS.find(([words]) => words.test(said))?.[1] ?? USUAL_WAY;
    super(`the queue at ${host} refuses us (${said}); ${way}`);
  }
}

/**
 * Asks a Redis whether it lets us work there. One that is away is waited for later on, by BullMQ; one that refuses us
 * would do so forever.
 * @param say one line for the operator
 * @throws QueueRefusedError; QueueUntrustedError
 */
export async function requireQueueOnRedis(url: string, say: (line: string) => void): Promise<void> {
  const { host } = new URL(url);
  const redis = new Redis(url, {
    lazyConnect: true,
    enableReadyCheck: false,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: CONNECT_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  let refusal: string | null = null;
  let untrusted: string | null = null;
  let heard: string | null = null;
  // A wrong password comes by this way; unheard, ioredis writes to the console.
  redis.on('error', (error: NodeJS.ErrnoException) => {
    const { message, code = '' } = error;
    if (isRefusal(error)) refusal ??= message;
    if (isUntrustedCertificate(code)) untrusted ??= code;
    heard ??= code || message;
  });
  try {
    await redis.connect();
    await redis.ping();
    await redis.info('server');
    // Neither key is there: nothing is changed, and a replica, a cluster or a user who may only read refuses it.
    await redis.eval(`return redis.call('del', KEYS[1], KEYS[2])`, 2, ...UNUSED_KEYS);
    await redis.bzpopmin(UNUSED_KEYS[0], SHORT_WAIT_SECONDS);
  } catch (error) {
    const { message } = error as Error;
    if (isRefusal(error as Error)) refusal ??= message;
    else if (refusal === null && untrusted === null)
      say(
        `the queue at ${host} does not answer yet (${heard ?? message}${tlsHint(url, heard)}); it is waited for`,
      );
  } finally {
    redis.disconnect();
  }
  if (untrusted !== null) throw new QueueUntrustedError(host, untrusted);
  if (refusal !== null) throw new QueueRefusedError(host, refusal);
}

/** Two that do not agree on TLS say no more than that: one waits for what never comes, the other hangs up. */
function tlsHint(url: string, heard: string | null): string {
  if (url.startsWith('rediss:'))
    return heard === 'ETIMEDOUT' ? '; does it speak TLS? Without, it is redis:// in REDIS_URL' : '';
  return heard === 'ECONNRESET' ? '; does it want TLS? Then it is rediss:// in REDIS_URL' : '';
}

function isRefusal({ name, message }: Error): boolean {
  return name === 'ReplyError' && !PASSING.test(message);
}
