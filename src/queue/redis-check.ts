import { Redis } from 'ioredis';
import { isUntrustedCertificate } from '../config/untrusted-certificate.js';

/** Redis's words for what only another configuration fixes (Redis: ACL; "NOAUTH Authentication required."). */
const REFUSAL = /^(WRONGPASS|NOAUTH|NOPERM|ERR (AUTH|Client sent AUTH|invalid password))/;
const CONNECT_TIMEOUT_MS = 5_000;

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
    super(
      `the queue at ${host} refuses us (${said}); fix the user or the password in REDIS_URL, or the rights of that ` +
        'user: BullMQ needs scripts, INFO, and every command on keys that begin with bull:',
    );
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
  // A wrong password comes by this way; unheard, ioredis writes to the console.
  redis.on('error', ({ message, code = '' }: NodeJS.ErrnoException) => {
    if (REFUSAL.test(message)) refusal ??= message;
    if (isUntrustedCertificate(code)) untrusted ??= code;
  });
  try {
    await redis.connect();
    await redis.ping();
    await redis.info('server');
    await redis.eval(`return redis.call('exists', KEYS[1])`, 1, 'bull:quittance:check');
  } catch (error) {
    const { message } = error as Error;
    if (REFUSAL.test(message)) refusal ??= message;
    else if (refusal === null && untrusted === null)
      say(`the queue at ${host} does not answer yet (${message}); it is waited for`);
  } finally {
    redis.disconnect();
  }
  if (untrusted !== null) throw new QueueUntrustedError(host, untrusted);
  if (refusal !== null) throw new QueueRefusedError(host, refusal);
}
