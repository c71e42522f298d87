import type * as jest_ from '@jest/globals';
import { createPostgresBackend, createRedisBackend, Queue } from 'bullmq';
import { type Settings } from '../../src/config/settings.js';
import { Reconciler } from '../../src/webhooks/delivery/reconciler.js';
import { WEBHOOK_QUEUE } from '../../src/webhooks/delivery/webhook-queue.js';
import { queuePrefix } from '../../src/queue/queue-prefix.js';
import { TestApp } from './app.js';
import { Receiver } from './receiver.js';
import { hasRedis, type RunningRedis, startRedis } from './redis.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';

interface DeliveryRow {
  id: string;
  state: string;
  job_id: string | null;
  attempts: number;
  next_attempt_at: Date | null;
  finished_at: Date | null;
}
interface AttemptRow {
  status: number | null;
  error: string | null;
  response: string | null;
  started_at: Date;
}

const AN_HOUR_MS = 3_600_000;

/**
 * What webhooks do with either queue.
 * @param jest the spec file's own functions
 * @param only of whose titles have this in them
 */
export function webhooksOn(
  backend: 'Postgres' | 'Redis',
  { afterAll, afterEach, beforeAll, beforeEach, expect, ...jest }: typeof jest_,
  only = '',
): void {
  const it = (title: string, test: () => Promise<void>) => {
    if (title.includes(only)) jest.it(title, test);
  };

  if (backend === 'Redis' && !hasRedis() && !process.env.CI) {
    jest.it.skip('needs redis-server, which is not installed here', () => undefined);
    return;
  }

  let chain: TestChain;
  let redis: RunningRedis | null = null;
  let receiver: Receiver;
  let app: TestApp;

  beforeAll(async () => {
    chain = await TestChain.start();
    if (backend === 'Redis') redis = await startRedis();
  });
  afterAll(async () => {
    await redis?.stop();
    await chain?.stop();
  });
  beforeEach(async () => {
    receiver = await Receiver.start();
    app = await start();
  });
  afterEach(async () => {
    await app.stop();
    await receiver.stop();
  });

  const start = (settings: Partial<Settings> = {}, database?: TestApp['database']) =>
    TestApp.start({
      chains: [chain.config],
      database,
      settings: {
        webhookUrl: receiver.url,
        webhookEvents: ['payment.created'],
        redisUrl: redis?.url ?? null,
        ...settings,
      },
    });
  const restart = async (settings: Partial<Settings>) => {
    await app.close();
    app = await start(settings, app.database);
  };

  const deliveryOf = async (paymentId: string): Promise<DeliveryRow> => {
    const rows = await app.database.dataSource.query<DeliveryRow[]>(
      'SELECT d.* FROM webhook_deliveries d JOIN events e ON e.id = d.event_id WHERE e.payment_id = $1',
      [paymentId],
    );
    if (rows.length > 1) throw new Error(`${rows.length} deliveries of one event`);
    return rows[0] ?? ({ state: 'none' } as DeliveryRow);
  };
  const attemptsOf = async (paymentId: string) => {
    const { id } = await deliveryOf(paymentId);
    return app.database.dataSource.query<AttemptRow[]>(
      'SELECT * FROM webhook_attempts WHERE delivery_id = $1 ORDER BY started_at',
      [id],
    );
  };
  const waitForState = (paymentId: string, state: string, timeoutMs?: number) =>
    waitFor(
      `delivery ${state}`,
      async () => {
        const delivery = await deliveryOf(paymentId);
        return delivery.state === state && delivery;
      },
      timeoutMs,
    );
  const waitForAttempts = (paymentId: string, count: number, timeoutMs?: number) =>
    waitFor(
      `${count} attempts`,
      async () => {
        const attempts = await attemptsOf(paymentId);
        return attempts.length >= count && attempts;
      },
      timeoutMs,
    );

  async function withQueue<T>(work: (queue: Queue) => Promise<T>): Promise<T> {
    const queue = redis
      ? new Queue(
          WEBHOOK_QUEUE,
          { connection: { url: redis.url }, prefix: await queuePrefix(app.database.url) },
          createRedisBackend,
        )
      : new Queue(
          WEBHOOK_QUEUE,
          { connection: { connectionString: app.database.url, schema: 'bullmq', migrate: false, max: 2 } },
          createPostgresBackend,
        );
    try {
      return await work(queue as Queue);
    } finally {
      await queue.close();
    }
  }
  const wipeQueue = () => withQueue((queue) => queue.obliterate({ force: true }));

  /** As if its time had come and the queue had not brought it; and what is overdue is looked for now. */
  const makeOverdue = async (paymentId: string) => {
    await app.database.dataSource.query(
      `UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 minute'
       WHERE event_id IN (SELECT id FROM events WHERE payment_id = $1)`,
      [paymentId],
    );
    app.get(Reconciler).sweep();
  };

  /** A delivery that has failed once and whose job comes back in an hour. */
  const leaveWaiting = async () => {
    app.settings.webhookRetryScheduleMs = [AN_HOUR_MS];
    receiver.answer = failing;
    const payment = await app.createPayment();
    // An attempt is on record before it is sent, and counted when it is answered.
    await waitFor('the answer', async () => (await deliveryOf(payment.id))?.attempts === 1);
    return payment;
  };
  const failing: Receiver['answer'] = (response) => response.writeHead(500).end('out of order');
  const accepting: Receiver['answer'] = (response) => response.writeHead(204).end();

  it('are posted once for an event, and the attempt is on record', async () => {
    receiver.answer = (response) => response.writeHead(200).end('thanks');
    const payment = await app.createPayment();
    const delivery = await waitForState(payment.id, 'delivered');
    expect(delivery).toMatchObject({ attempts: 1, next_attempt_at: null, finished_at: expect.any(Date) });
    await expect(attemptsOf(payment.id)).resolves.toMatchObject([
      { status: 200, error: null, response: 'thanks' },
    ]);
    expect(receiver.of(payment.id)).toHaveLength(1);
  });

  it('are sent again by the schedule, with an id that stays and a timestamp of each attempt, and then are dead (Convoy #1833)', async () => {
    app.settings.webhookRetryScheduleMs = [200, 1_200];
    receiver.answer = failing;
    const payment = await app.createPayment();
    await waitForState(payment.id, 'dead');
    const attempts = await attemptsOf(payment.id);
    expect(attempts).toMatchObject(
      Array(3).fill({ status: 500, error: 'answered 500', response: 'out of order' }),
    );
    const [first, second, third] = attempts.map(({ started_at }) => started_at.getTime()) as [
      number,
      number,
      number,
    ];
    // Never earlier than the schedule less its jitter; how much later is up to the machine.
    expect(second - first).toBeGreaterThanOrEqual(160);
    expect(third - second).toBeGreaterThanOrEqual(960);
    const sent = receiver.of(payment.id).map(({ headers }) => headers);
    expect(new Set(sent.map((headers) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(sent.map((headers) => headers['webhook-timestamp'])).size).toBeGreaterThan(1);
  });

  it('wait as long as an overloaded endpoint asks', async () => {
    app.settings.webhookRetryScheduleMs = [10, 10];
    receiver.answer = (response, _request, count) =>
      count === 1
        ? response.writeHead(503, { 'retry-after': '1' }).end()
        : accepting(response, _request, count);
    const payment = await app.createPayment();
    await waitForState(payment.id, 'delivered');
    const [first, second] = await attemptsOf(payment.id);
    expect(second!.started_at.getTime() - first!.started_at.getTime()).toBeGreaterThanOrEqual(1_000);
  });

  it('do not follow a redirect that would turn the POST into a GET, and call it a failure', async () => {
    app.settings.webhookRetryScheduleMs = [];
    receiver.answer = (response) => response.writeHead(307, { location: '/elsewhere' }).end();
    const payment = await app.createPayment();
    await waitForState(payment.id, 'dead');
    await expect(attemptsOf(payment.id)).resolves.toMatchObject([
      { status: 307, error: 'answered 307: redirects are not followed' },
    ]);
    expect(receiver.received.map(({ url }) => url)).toEqual(['/hook']);
  });

  it('that were waiting in a queue that was wiped are delivered all the same (Svix #1844)', async () => {
    const payment = await leaveWaiting();
    await wipeQueue();
    receiver.answer = accepting;
    await makeOverdue(payment.id);
    await waitForState(payment.id, 'delivered');
    expect(receiver.of(payment.id)).toHaveLength(2);
  });

  it('go on by their schedule, and to its end, though the queue forgot them in the middle of it (Convoy #1667)', async () => {
    app.settings.webhookRetryScheduleMs = [200, AN_HOUR_MS, 200];
    receiver.answer = failing;
    const payment = await app.createPayment();
    await waitForAttempts(payment.id, 2);
    await wipeQueue();
    await makeOverdue(payment.id);
    await waitForAttempts(payment.id, 4);
    await waitForState(payment.id, 'dead');
    await expect(attemptsOf(payment.id)).resolves.toHaveLength(4);
  });

  it('are posted once though their job comes several times', async () => {
    const delivered = await app.createPayment();
    await waitForState(delivered.id, 'delivered');
    const retried = await leaveWaiting();
    const brought = [await deliveryOf(delivered.id), await deliveryOf(retried.id)];
    await withQueue(async (queue) => {
      const jobs = brought.flatMap(({ id, job_id: jobId }) =>
        [1, 2, 3].map((n) => ({
          name: 'deliver',
          data: { id: jobId ?? id, deliveries: [id] },
          opts: { jobId: `${id}-${n}`, attempts: 1 },
        })),
      );
      const added = await queue.addBulk(jobs);
      const states = () => Promise.all(added.map((job) => job.getState()));
      await waitFor('the jobs to have run', async () =>
        (await states()).every((state) => state === 'completed' || state === 'failed'),
      );
    });
    expect(receiver.of(delivered.id)).toHaveLength(1);
    expect(receiver.of(retried.id)).toHaveLength(1);
    await expect(deliveryOf(retried.id)).resolves.toMatchObject({ state: 'pending', attempts: 1 });
  });

  it('stop at 410, which disables the endpoint', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const payment = await app.createPayment();
    await waitForState(payment.id, 'dead');
    await expect(
      app.database.dataSource.query('SELECT state, reason FROM webhook_endpoints'),
    ).resolves.toEqual([{ state: 'disabled', reason: 'it answered 410 Gone' }]);
  });

  it('are kept for an endpoint that is disabled, and delivered once it is back', async () => {
    const payment = await leaveWaiting();
    await restart({ webhookUrl: null });
    await wipeQueue();
    await makeOverdue(payment.id);
    receiver.answer = accepting;
    const { id, job_id: jobId } = await deliveryOf(payment.id);
    await withQueue(async (queue) => {
      const job = await queue.add('deliver', { id: jobId ?? id, deliveries: [id] }, { attempts: 1 });
      await waitFor('the job to have run', async () => (await job.getState()) === 'completed');
    });
    await expect(deliveryOf(payment.id)).resolves.toMatchObject({ state: 'pending', attempts: 1 });
    expect(receiver.of(payment.id)).toHaveLength(1);
    await restart({});
    await waitForState(payment.id, 'delivered');
  });
}
