import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { type Settings } from '../../src/config/settings.js';
import { type DeliveryBody, type DeliveryWithAttemptsBody } from '../../src/webhooks/rest/delivery.body.js';
import { type CreatedEndpointBody, type EndpointBody } from '../../src/webhooks/rest/endpoint.body.js';
import { JobService } from '../../src/webhooks/delivery/job.service.js';
import { Retention } from '../../src/webhooks/delivery/retention.js';
import { TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const AN_HOUR_MS = 3_600_000;
const LONG_AGO = '2020-01-01T00:00:00Z';

let chain: TestChain;
/** The one that tests have in common, each for a merchant of its own, with the schedule that it started with. */
let shared: TestApp;
let schedule: readonly number[];
let app: TestApp;
let receiver: Receiver;
const more: Receiver[] = [];
let work: JobService['work'];
let endJobs = () => {};

const start = (settings: Partial<Settings> = {}) =>
  TestApp.start({ chains: [chain.config], settings: { webhookUrl: null, ...settings } });

beforeAll(async () => {
  chain = await TestChain.start();
  shared = await start();
  schedule = shared.settings.webhookRetryScheduleMs;
});
afterAll(async () => {
  await shared?.stop();
  await chain?.stop();
});
beforeEach(async () => {
  receiver = await Receiver.start();
  app = shared;
  app.settings.webhookRetryScheduleMs = [...schedule];
  await app.becomeNewMerchant();
  const jobs = app.get(JobService);
  work = jobs.work.bind(jobs);
});
afterEach(async () => {
  endJobs();
  if (app !== shared) await app.stop();
  shared.get(JobService).work = work;
  await Promise.all([receiver, ...more.splice(0)].map((one) => one.stop()));
});

/** One for this test alone. */
const startOwn = async (settings: Partial<Settings> = {}) => {
  app = await start(settings);
};
const request = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
  const answer = await app.request<T>(method, `/api/v1${path}`, body);
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body;
};
const endpoint = (url: string, rest: Record<string, unknown> = {}) =>
  request<CreatedEndpointBody>('POST', '/webhook-endpoints', {
    url,
    event_types: ['payment.created'],
    ...rest,
  });
const endpointNow = (id: string) => request<EndpointBody>('GET', `/webhook-endpoints/${id}`);
const enable = (id: string, state = 'enabled') => request('PATCH', `/webhook-endpoints/${id}`, { state });
const deliveries = async (query: string) =>
  (await request<{ data: DeliveryBody[] }>('GET', `/deliveries?limit=100&${query}`)).data;
const delivery = (id: string) => request<DeliveryWithAttemptsBody>('GET', `/deliveries/${id}`);
const deliveryTo = (endpointId: string, state: string, timeoutMs?: number) =>
  waitFor(
    `a delivery ${state}`,
    async () => (await deliveries(`endpoint_id=${endpointId}&state=${state}`))[0],
    timeoutMs,
  );
const anotherReceiver = async () => {
  const one = await Receiver.start();
  more.push(one);
  return one;
};
const fail: Receiver['answer'] = (response) => response.writeHead(500).end('out of order');
const accept: Receiver['answer'] = (response) => response.writeHead(204).end();
const sql = (text: string, parameters: unknown[] = []) =>
  app.database.dataSource.query<object[]>(text, parameters);

/** What became of jobs from now on: ms until they come again; null: they were done with. */
const watchJobs = (): { waitMs: number | null }[] => {
  const jobs = app.get(JobService);
  const ended: { waitMs: number | null }[] = [];
  jobs.work = async (job) => {
    const waitMs = await work(job);
    ended.push({ waitMs });
    return waitMs;
  };
  return ended;
};

/** As if the queue were slow to hear of it. */
const keepJobsFromEnding = () => {
  const jobs = app.get(JobService);
  const mayEnd = new Promise<void>((resolve) => (endJobs = resolve));
  // oxlint-disable-next-line typescript/no-misused-promises -- `finally` waits for what it is given.
  jobs.work = (job) => work(job).finally(() => mayEnd);
};

describe('the delivery log', () => {
  it('explains each attempt: when, how long, where to, what came back', async () => {
    app.settings.webhookRetryScheduleMs = [10];
    receiver.answer = (response, _request, count) => (count === 1 ? fail : accept)(response, _request, count);
    const { id } = await endpoint(receiver.url);
    const payment = await app.createPayment();
    const { attempts, ...rest } = await delivery((await deliveryTo(id, 'delivered')).id);
    expect(rest).toMatchObject({
      event_id: receiver.received[0]?.headers['webhook-id'],
      event_type: 'payment.created',
      payment_id: payment.id,
      state: 'delivered',
      attempt_count: 2,
      next_attempt_at: null,
    });
    expect(attempts).toMatchObject([
      { status: 500, error: 'answered 500', response: 'out of order', address: '127.0.0.1' },
      { status: 204, error: null, response: '', address: '127.0.0.1' },
    ]);
    expect(attempts[0]!.timing.connect_ms).toEqual(expect.any(Number));
    expect(attempts[1]!.timing.first_byte_ms).toEqual(expect.any(Number));
  });

  it('pages through deliveries and events, newest first', async () => {
    const { id } = await endpoint(receiver.url);
    const payments = [await app.createPayment(), await app.createPayment(), await app.createPayment()];
    await waitFor('three deliveries', async () => (await deliveries(`endpoint_id=${id}`)).length === 3);
    for (const path of ['/deliveries', '/events']) {
      const seen: string[] = [];
      let after = '';
      do {
        const page = await request<{ data: { payment_id: string }[]; next: string | null }>(
          'GET',
          `${path}?limit=1${after}`,
        );
        seen.push(...page.data.map(({ payment_id }) => payment_id));
        after = page.next === null ? '' : `&after=${page.next}`;
      } while (after !== '');
      expect(seen).toEqual(payments.map((payment) => payment.id).reverse());
    }
  });

  it('has the event as it was sent, byte for byte', async () => {
    await endpoint(receiver.url);
    const payment = await app.createPayment({ metadata: { größe: '1/2 €' } });
    const sent = await receiver.waitForEvent(payment.id, 'payment.created');
    const event = await request<{ body: object }>('GET', `/events/${sent.headers['webhook-id'] as string}`);
    expect(event.body).toEqual(sent.json);
    const [row] = await sql('SELECT body FROM events WHERE payment_id = $1', [payment.id]);
    expect(row).toEqual({ body: sent.raw.toString() });
  });
});

describe('a replay', () => {
  it('sends a dead letter again, under the same webhook-id, with its schedule anew', async () => {
    app.settings.webhookRetryScheduleMs = [10];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const dead = await deliveryTo(id, 'dead');
    await request('POST', `/deliveries/${dead.id}/replay`);
    await waitFor('four attempts', async () => (await delivery(dead.id)).attempt_count === 4);
    await deliveryTo(id, 'dead');
    receiver.answer = accept;
    await request('POST', `/deliveries/${dead.id}/replay`);
    await deliveryTo(id, 'delivered');
    expect(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(receiver.received).toHaveLength(5);
  });

  it('is not swallowed by the job that waits for the next attempt (Outpost PR #670)', async () => {
    app.settings.webhookRetryScheduleMs = [AN_HOUR_MS];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const waiting = await deliveryTo(id, 'pending');
    await waitFor('an attempt', async () => (await delivery(waiting.id)).attempt_count === 1);
    receiver.answer = accept;
    await request('POST', `/deliveries/${waiting.id}/replay`);
    await deliveryTo(id, 'delivered');
  });

  it('sends what was delivered again, each time it is asked to', async () => {
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const delivered = await deliveryTo(id, 'delivered');
    for (const count of [2, 3]) {
      await request('POST', `/deliveries/${delivered.id}/replay`);
      await waitFor(`request ${count}`, () => receiver.received.length === count);
      await waitFor('its record', async () => (await delivery(delivered.id)).state === 'delivered');
    }
  });

  it('is sent though the job that delivered before has not yet ended in the queue', async () => {
    keepJobsFromEnding();
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const delivered = await deliveryTo(id, 'delivered');
    await request('POST', `/deliveries/${delivered.id}/replay`);
    await waitFor('the second request', () => receiver.received.length === 2);
  });

  it('waits for the attempt that is under way, never sends beside it, and outlasts its failure', async () => {
    app.settings.webhookRetryScheduleMs = [];
    const answers: Parameters<Receiver['answer']>[0][] = [];
    receiver.answer = (response) => answers.push(response);
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const [last] = await waitFor(
      'the last attempt',
      async () => answers.length === 1 && (await deliveries(`endpoint_id=${id}`)),
    );
    const jobs = watchJobs();
    await request('POST', `/deliveries/${last!.id}/replay`);
    await waitFor('the replay to be sent away', () => jobs.some(({ waitMs }) => waitMs !== null));
    expect(answers).toHaveLength(1);
    answers[0]!.writeHead(500).end();
    await waitFor('the replay', () => answers.length === 2);
    const { state, attempts } = await delivery(last!.id);
    expect([state, attempts[0]?.error]).toEqual(['pending', 'answered 500']);
    answers[1]!.writeHead(204).end();
    await waitFor('its delivery', async () => (await delivery(last!.id)).state === 'delivered');
    expect(answers).toHaveLength(2);
  });

  it('that was asked for while the attempt was under way that delivers it is no second one', async () => {
    const answers: Parameters<Receiver['answer']>[0][] = [];
    receiver.answer = (response) => answers.push(response);
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const first = await waitFor(
      'the attempt',
      async () => answers.length === 1 && (await deliveries(`endpoint_id=${id}`))[0],
    );
    const jobs = watchJobs();
    await request('POST', `/deliveries/${first.id}/replay`);
    await waitFor('the replay to be sent away', () => jobs.some(({ waitMs }) => waitMs !== null));
    answers[0]!.writeHead(204).end();
    await deliveryTo(id, 'delivered');
    await waitFor('its job to end', () => jobs.at(-1)?.waitMs === null);
    expect(answers).toHaveLength(1);
  });

  it('of all since a time brings what an endpoint never got, and nothing it did get', async () => {
    app.settings.webhookRetryScheduleMs = [];
    const { id } = await endpoint(receiver.url);
    const delivered = await app.createPayment();
    await deliveryTo(id, 'delivered');
    receiver.answer = fail;
    const dead = await app.createPayment();
    await deliveryTo(id, 'dead');
    receiver.answer = accept;
    const late = await anotherReceiver();
    const made = await endpoint(late.url);
    await expect(request('POST', `/webhook-endpoints/${id}/replay`, { since: LONG_AGO })).resolves.toEqual({
      replayed: 1,
      next_since: null,
    });
    await expect(
      request('POST', `/webhook-endpoints/${made.id}/replay`, { since: LONG_AGO }),
    ).resolves.toEqual({ replayed: 2, next_since: null });
    await waitFor('both', () => late.received.length === 2 && receiver.of(dead.id).length === 2);
    expect(receiver.of(delivered.id)).toHaveLength(1);
  });

  it('by filter brings the dead letters of an event type', async () => {
    app.settings.webhookRetryScheduleMs = [];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await deliveryTo(id, 'dead');
    receiver.answer = accept;
    const none = { state: 'dead', event_type: 'payment.expired' };
    await expect(request('POST', '/deliveries/replay', none)).resolves.toEqual({
      replayed: 0,
      next_since: null,
    });
    await expect(request('POST', '/deliveries/replay', { state: 'dead' })).resolves.toEqual({
      replayed: 1,
      next_since: null,
    });
    await deliveryTo(id, 'delivered');
  });

  it('to an endpoint that was deleted says so', async () => {
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    const delivered = await deliveryTo(id, 'delivered');
    await app.request('DELETE', `/api/v1/webhook-endpoints/${id}`);
    const answer = await app.request('POST', `/api/v1/deliveries/${delivered.id}/replay`);
    expect(answer).toMatchObject({ status: 409, body: { detail: expect.stringContaining('deleted') } });
  });
});

describe('a disabled endpoint', () => {
  it('misses nothing: what happens meanwhile is kept and sent when it is enabled (Outpost #611)', async () => {
    const { id } = await endpoint(receiver.url);
    await enable(id, 'disabled');
    const payments = [await app.createPayment(), await app.createPayment()];
    await waitFor('two kept', async () => (await deliveries(`endpoint_id=${id}&state=pending`)).length === 2);
    expect(receiver.received).toEqual([]);
    expect(await endpointNow(id)).toMatchObject({ state: 'disabled', reason: 'disabled by API' });
    await enable(id);
    await waitFor('both', () => payments.every((payment) => receiver.of(payment.id).length === 1));
    expect(await endpointNow(id)).toMatchObject({ state: 'enabled', reason: null, disabled_at: null });
  });

  it('gets what waited for a retry at once when it is enabled, not when the old retry was due', async () => {
    app.settings.webhookRetryScheduleMs = [AN_HOUR_MS];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await waitFor('an attempt', () => receiver.received.length === 1);
    await waitFor('its record', async () => (await deliveries(`endpoint_id=${id}`))[0]?.attempt_count === 1);
    await enable(id, 'disabled');
    receiver.answer = accept;
    await enable(id);
    await deliveryTo(id, 'delivered');
  });

  it('gets it though the job of the attempt before has not yet ended in the queue', async () => {
    app.settings.webhookRetryScheduleMs = [AN_HOUR_MS];
    receiver.answer = fail;
    keepJobsFromEnding();
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await waitFor('its record', async () => (await deliveries(`endpoint_id=${id}`))[0]?.attempt_count === 1);
    await enable(id, 'disabled');
    receiver.answer = accept;
    await enable(id);
    await deliveryTo(id, 'delivered');
  });

  it('is one that answered 410 Gone, and can be turned on again and recover', async () => {
    receiver.answer = (response) => response.writeHead(410).end();
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await deliveryTo(id, 'dead');
    expect(await endpointNow(id)).toMatchObject({ state: 'disabled', reason: 'it answered 410 Gone' });
    receiver.answer = accept;
    await enable(id);
    await request('POST', `/webhook-endpoints/${id}/replay`, { since: LONG_AGO });
    await deliveryTo(id, 'delivered');
  });

  it('is one that has only failed for five days, by itself (Outpost #596)', async () => {
    app.settings.webhookRetryScheduleMs = [10, 10, 10];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await deliveryTo(id, 'dead');
    expect(await endpointNow(id)).toMatchObject({ state: 'enabled', failing_since: expect.any(String) });
    await sql(
      `UPDATE webhook_endpoints SET failing_since = now() - interval '5 days 1 minute' WHERE id = $1`,
      [id],
    );
    await app.createPayment();
    await waitFor('it to be disabled', async () => (await endpointNow(id)).state === 'disabled');
    expect((await endpointNow(id)).reason).toBe('every attempt has failed for 5 days');
    await waitFor('the log to say so', () => app.log.join('\n').includes('webhook endpoint disabled'));
  });

  it('is not one that answered once in those five days', async () => {
    app.settings.webhookRetryScheduleMs = [];
    receiver.answer = fail;
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await deliveryTo(id, 'dead');
    receiver.answer = accept;
    await app.createPayment();
    await deliveryTo(id, 'delivered');
    expect(await endpointNow(id)).toMatchObject({ failing_since: null, state: 'enabled' });
  });
});

describe('order', () => {
  const positionsOf = (id: string) =>
    receiver.of(id).map(({ json }) => (json.data as { version: number }).version);

  it('is kept for the events of one payment, though all are due at once', async () => {
    const { id } = await endpoint(receiver.url, { event_types: ['*'] });
    await enable(id, 'disabled');
    const payments = await Promise.all(Array.from({ length: 5 }, () => app.createPayment()));
    for (const payment of payments) await addEvents(payment.id, 6);
    await waitFor('35 kept', async () => (await deliveries(`endpoint_id=${id}&state=pending`)).length === 35);
    await enable(id);
    await waitFor('35 webhooks', () => receiver.received.length === 35);
    for (const payment of payments) expect(positionsOf(payment.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  it('does not wait for one that waits for its retry', async () => {
    app.settings.webhookRetryScheduleMs = [AN_HOUR_MS];
    receiver.answer = (response, { json }, count) =>
      ((json.data as { version: number }).version === 1 ? fail : accept)(response, {} as never, count);
    await endpoint(receiver.url, { event_types: ['*'] });
    const payment = await app.createPayment();
    await waitFor('the first', () => receiver.received.length === 1);
    await addEvents(payment.id, 1);
    await waitFor('the second', () => positionsOf(payment.id).includes(2));
    expect(positionsOf(payment.id)).toEqual([1, 2]);
  });

  /** As the lifecycle would write them, one version after another. */
  async function addEvents(paymentId: string, count: number): Promise<void> {
    const [row] = (await sql('SELECT body, merchant_id FROM events WHERE payment_id = $1 LIMIT 1', [
      paymentId,
    ])) as { body: string; merchant_id: string }[];
    for (let version = 2; version < count + 2; version += 1) {
      const body = JSON.parse(row!.body) as { data: { version: number } };
      body.data.version = version;
      await sql('INSERT INTO events (id, type, merchant_id, payment_id, body) VALUES ($1, $2, $3, $4, $5)', [
        `evt_${uuidv7()}`,
        'payment.partially_paid',
        row!.merchant_id,
        paymentId,
        JSON.stringify(body),
      ]);
    }
  }
});

describe('isolation', () => {
  it('lets an endpoint that hangs delay nobody else (Convoy #1926)', async () => {
    const hanging = await anotherReceiver();
    hanging.answer = () => undefined;
    await startOwn({ webhookTimeoutMs: 60_000, webhookRetryScheduleMs: [AN_HOUR_MS] });
    for (let count = 0; count < 5; count += 1) await endpoint(hanging.url);
    await endpoint(receiver.url);
    await Promise.all(Array.from({ length: 60 }, () => app.createPayment()));
    // Long before any of the others times out: none of them waited for the one that hangs.
    await waitFor('all to the healthy one', () => receiver.received.length === 60);
    expect(hanging.received.length).toBeLessThanOrEqual(50);
    await hanging.stop();
  });

  it('sends no faster than the rate limit of an endpoint, and spreads nothing else', async () => {
    await endpoint(receiver.url, { rate_limit: 10 });
    const free = await anotherReceiver();
    await endpoint(free.url);
    const at: number[] = [];
    receiver.answer = (response) => {
      at.push(Date.now());
      response.writeHead(204).end();
    };
    // The first may arrive late on a slow machine; none is due before this.
    const begunAt = Date.now();
    await Promise.all(Array.from({ length: 20 }, () => app.createPayment()));
    await waitFor('all to the other one', () => free.received.length === 20);
    await waitFor('all at last', () => at.length === 20);
    expect(at.at(-1)! - begunAt).toBeGreaterThanOrEqual(1_800);
  });
});

describe('retention', () => {
  it('forgets old attempts, but never the last one of what is still pending', async () => {
    await startOwn({ webhookRetryScheduleMs: [10, AN_HOUR_MS], webhookRetentionDays: 30 });
    const failing = await anotherReceiver();
    failing.answer = fail;
    const good = await endpoint(receiver.url);
    const bad = await endpoint(failing.url);
    await app.createPayment();
    const delivered = await deliveryTo(good.id, 'delivered');
    const pending = await deliveryTo(bad.id, 'pending');
    await waitFor('two attempts', async () => (await delivery(pending.id)).attempt_count === 2);
    const [, last] = (await delivery(pending.id)).attempts;
    const forget = () => app.get(Retention).forgetOld();
    await sql(`UPDATE webhook_attempts SET started_at = started_at - interval '29 days'`);
    await forget();
    expect((await delivery(pending.id)).attempts).toHaveLength(2);
    await sql(`UPDATE webhook_attempts SET started_at = started_at - interval '2 days'`);
    await forget();
    expect((await delivery(delivered.id)).attempts).toEqual([]);
    expect(await delivery(pending.id)).toMatchObject({
      attempt_count: 2,
      attempts: [{ duration_ms: last!.duration_ms }],
    });
    expect((await delivery(pending.id)).attempts).toHaveLength(1);
  });
});

describe('Prometheus', () => {
  it('is told of deliveries, latency, the queue, what waits, and endpoints that are off', async () => {
    await startOwn();
    app.settings.webhookRetryScheduleMs = [];
    receiver.answer = (response, _request, count) => (count === 1 ? fail : accept)(response, _request, count);
    const { id } = await endpoint(receiver.url);
    await app.createPayment();
    await deliveryTo(id, 'dead');
    await app.createPayment();
    await deliveryTo(id, 'delivered');
    const off = await endpoint(receiver.url, { event_types: ['payment.expired'] });
    await enable(off.id, 'disabled');
    const text = await (await fetch(`${app.url}/metrics`)).text();
    expect(text).toContain(
      'quittance_webhook_attempts_total{event_type="payment.created",state="delivered"} 1',
    );
    expect(text).toContain('quittance_webhook_attempts_total{event_type="payment.created",state="dead"} 1');
    expect(text).toContain('quittance_webhook_deliveries{event_type="payment.created",state="dead"} 1');
    expect(text).toContain('quittance_webhook_attempt_seconds_count 2');
    expect(text).toContain('quittance_webhook_endpoints_disabled 1');
    expect(text).toContain('quittance_webhook_oldest_undelivered_seconds 0');
    expect(text).toMatch(/quittance_webhook_queue_jobs\{state="waiting"\} \d+/);
    expect(text).toMatch(/quittance_webhook_circuits\{state="closed"\} \d+/);
  });
});
