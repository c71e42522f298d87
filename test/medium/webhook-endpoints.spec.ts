import { createPublicKey, verify } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { AuthService } from '../../src/auth/auth.service.js';
import { type CreatedEndpointBody, type EndpointBody } from '../../src/webhooks/rest/endpoint.body.js';
import { TestApp } from '../harness/app.js';
import { type Received, Receiver } from '../harness/receiver.js';
import { RawReceiver } from '../harness/raw-receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const BUILT_IN = '00000000-0000-7000-8000-000000000001';
const UNKNOWN = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01';

let chain: TestChain;
let app: TestApp;
let receiver: Receiver;

beforeAll(async () => {
  chain = await TestChain.start();
  app = await TestApp.start({ chains: [chain.config], settings: { webhookUrl: null } });
});
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
});
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  const { data } = (await call<{ data: EndpointBody[] }>('GET', '?limit=100')).body;
  await Promise.all(data.map(({ id }) => call('DELETE', `/${id}`)));
  await receiver.stop();
});

const call = <T = Record<string, unknown>>(method: string, path = '', body?: unknown, headers = {}) =>
  app.request<T>(method, `/api/v1/webhook-endpoints${path}`, body, headers);
const list = async () => (await call<{ data: EndpointBody[]; next: string | null }>('GET')).body;
const create = async (more: Record<string, unknown> = {}) => {
  const answer = await call<CreatedEndpointBody>('POST', '', {
    url: receiver.url,
    event_types: ['payment.created'],
    ...more,
  });
  if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
  return answer.body;
};
const received = (paymentId: string) => receiver.waitForEvent(paymentId, 'payment.created');
const headersOf = ({ headers }: Received) => headers as Record<string, string>;
/** By the official library of Standard Webhooks and by Svix's own, which must agree. */
const accepts = (secret: string, request: Received, change: { body?: string; timestamp?: string } = {}) => {
  const key = secret.startsWith('whsec_') ? secret : Buffer.from(secret).toString('base64');
  const headers = { ...headersOf(request) };
  if (change.timestamp !== undefined) headers['webhook-timestamp'] = change.timestamp;
  const body = change.body ?? request.raw.toString();
  const verdicts = [new Webhook(key), new SvixWebhook(key)].map((webhook) => {
    try {
      webhook.verify(body, headers);
      return true;
    } catch {
      return false;
    }
  });
  expect(new Set(verdicts).size).toBe(1);
  return verdicts[0];
};

/** The key of a merchant of its own, made for this. */
async function strangersKey(scopes = ['webhooks:read', 'webhooks:write']): Promise<string> {
  const auth = new AuthService(app.database.dataSource);
  const { manager } = app.database.dataSource;
  const { id: merchantId } = await auth.createMerchant(manager, 'stranger');
  return (await auth.createKey(manager, { merchantId, name: 'stranger', scopes })).key;
}

describe('a webhook endpoint', () => {
  it('is made with a secret that is shown once, and signs with it', async () => {
    const made = await create({ description: 'the shop', metadata: { team: 'a' } });
    expect(made).toEqual({
      id: expect.any(String),
      url: receiver.url,
      event_types: ['payment.created'],
      description: 'the shop',
      metadata: { team: 'a' },
      rate_limit: null,
      asymmetric: false,
      public_keys: [],
      state: 'enabled',
      status: 'enabled',
      reason: null,
      disabled_at: null,
      failing_since: null,
      built_in: false,
      created_at: expect.any(String),
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    });
    const { secret, ...shown } = made;
    expect((await call('GET', `/${made.id}`)).body).toEqual(shown);
    expect(await list()).toEqual({ data: [shown], next: null, has_more: false });
    const payment = await app.createPayment();
    expect(accepts(secret, await received(payment.id))).toBe(true);
  });

  it('has its secret in the database in no readable form, and in no log', async () => {
    const { secret } = await create({ asymmetric: true });
    const rows = await app.database.dataSource.query<object[]>('SELECT * FROM webhook_endpoints');
    expect(JSON.stringify(rows)).not.toContain(secret.slice('whsec_'.length));
    expect(JSON.stringify(rows)).not.toContain('whsk_');
    expect(app.log.join('\n')).not.toContain(secret.slice('whsec_'.length));
  });

  it('takes a secret that is given, and then gives it back once', async () => {
    const secret = `whsec_${Buffer.alloc(24, 3).toString('base64')}`;
    expect((await create({ secret })).secret).toBe(secret);
    const payment = await app.createPayment();
    expect(accepts(secret, await received(payment.id))).toBe(true);
  });

  it('gets the same answer for the same Idempotency-Key, secret and all, and is made once', async () => {
    const body = { url: receiver.url, event_types: ['*'] };
    const headers = { 'idempotency-key': 'endpoint-1' };
    const first = await call('POST', '', body, headers);
    const second = await call('POST', '', body, headers);
    expect(second.body).toEqual(first.body);
    expect((await list()).data).toHaveLength(1);
    const other = await call('POST', '', { ...body, event_types: ['payment.*'] }, headers);
    expect(other.status).toBe(409);
    const stored = await app.database.dataSource.query<object[]>('SELECT * FROM idempotency_records');
    expect(JSON.stringify(stored)).not.toContain((first.body as { secret: string }).secret);
  });

  it.each([
    ['no URL', { url: undefined }, 'url'],
    ['a URL of another kind', { url: 'ftp://shop.example/' }, 'url'],
    ['a password in the URL', { url: 'https://me:pw@shop.example/' }, 'url'],
    // Node 24 reads the second of them.
    ...['http://[::1%25eth0]/', 'http://xn--a/', 'http://0xffffffffff/', 'http://example.com.0x/']
      .filter((url) => !URL.canParse(url))
      .map((url) => [`the URL ${url}`, { url }, 'url'] as [string, object, string]),
    ['NUL in its URL', { url: 'http://host/\0' }, 'url'],
    ['half a character in its URL', { url: 'http://host/\ud800' }, 'url'],
    ['no event types', { event_types: [] }, 'event_types'],
    ['an event type that is none', { event_types: ['payment.confirmd'] }, 'event_types'],
    ['a wildcard that matches none', { event_types: ['refnd.*'] }, 'event_types'],
    ['a whsec_ secret that is no base64', { secret: 'whsec_!!' }, 'secret'],
    ['a rate limit of 0', { rate_limit: 0 }, 'rate_limit'],
    ['metadata that is no object', { metadata: [1] }, 'metadata'],
    ['NUL in its description', { description: 'a\0b' }, 'description'],
    ['a field nobody knows', { colour: 'red' }, 'colour'],
  ])('is refused with %s', async (_what, change, field) => {
    const body = { url: receiver.url, event_types: ['*'], ...change };
    const answer = await call<{ errors: { field: string }[] }>('POST', '', body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.field)).toContain(field);
    expect((await list()).data).toEqual([]);
  });

  it('is changed by PATCH, and what is left out stays', async () => {
    const made = await create({ description: 'old', rate_limit: 5 });
    const changed = await call('PATCH', `/${made.id}`, {
      event_types: ['payment.expired'],
      rate_limit: null,
    });
    expect(changed.body).toMatchObject({
      url: made.url,
      event_types: ['payment.expired'],
      description: 'old',
      rate_limit: null,
    });
    expect((await call('GET', `/${made.id}`)).body).toEqual(changed.body);
    await expect(call('PATCH', `/${made.id}`, { secret: 'x' })).resolves.toMatchObject({ status: 400 });
    await expect(call('PATCH', `/${made.id}`, { url: null })).resolves.toMatchObject({ status: 400 });
    await expect(call('PATCH', `/${made.id}`, {})).resolves.toMatchObject({ status: 200 });
  });

  it('is one of several, each with what it subscribed to', async () => {
    const all = await create({ event_types: ['*'] });
    const some = await create({ event_types: ['payment.*'] });
    const none = await create({ event_types: ['payment.expired'] });
    const payment = await app.createPayment();
    await waitFor('two webhooks', () => receiver.of(payment.id).length === 2);
    const { body } = await app.request<{ data: { endpoint_id: string }[] }>('GET', '/api/v1/deliveries');
    const mine = body.data.slice(0, 2).map((delivery) => delivery.endpoint_id);
    expect(new Set(mine)).toEqual(new Set([all.id, some.id]));
    expect(mine).not.toContain(none.id);
  });

  it('is gone once it is deleted, and its deliveries stay on record', async () => {
    const { id } = await create();
    const payment = await app.createPayment();
    await received(payment.id);
    await expect(call('DELETE', `/${id}`)).resolves.toMatchObject({ status: 204 });
    await expect(call('GET', `/${id}`)).resolves.toMatchObject({ status: 404 });
    await expect(call('DELETE', `/${id}`)).resolves.toMatchObject({ status: 404 });
    const { body } = await app.request<{ data: unknown[] }>('GET', `/api/v1/deliveries?endpoint_id=${id}`);
    expect(body.data).toHaveLength(1);
    const again = await app.createPayment();
    await app.waitForStatus(again.id, 'pending');
    expect(receiver.of(again.id)).toEqual([]);
  });

  it('answers 404 to anything that is no endpoint of ours', async () => {
    for (const id of [UNKNOWN, 'nonsense', '%00']) {
      await expect(call('GET', `/${id}`)).resolves.toMatchObject({ status: 404 });
    }
    await expect(call('PATCH', `/${UNKNOWN}`, {})).resolves.toMatchObject({ status: 404 });
    await expect(call('POST', `/${UNKNOWN}/test`)).resolves.toMatchObject({ status: 404 });
    await expect(call('POST', `/${UNKNOWN}/rotate-secret`)).resolves.toMatchObject({ status: 404 });
  });
});

describe('rotating a secret', () => {
  it('has both sign until the overlap ends, and then only the new one', async () => {
    const old = await create();
    const rotated = (await call<CreatedEndpointBody>('POST', `/${old.id}/rotate-secret`)).body;
    expect(rotated.secret).not.toBe(old.secret);
    const during = await received((await app.createPayment()).id);
    expect(accepts(old.secret, during)).toBe(true);
    expect(accepts(rotated.secret, during)).toBe(true);
    await endOverlap(old.id);
    const changed = during.raw.toString().replace('"1000"', '"1001"');
    expect(accepts(rotated.secret, during, { body: changed })).toBe(false);
    expect(accepts(rotated.secret, during, { timestamp: secondsAgo(310) })).toBe(false);
    const after = await received((await app.createPayment()).id);
    expect(accepts(old.secret, after)).toBe(false);
    expect(accepts(rotated.secret, after)).toBe(true);
  });

  it('ends the old one at once when asked to', async () => {
    const old = await create();
    const body = { overlap_hours: 0 };
    const { secret } = (await call<CreatedEndpointBody>('POST', `/${old.id}/rotate-secret`, body)).body;
    const request = await received((await app.createPayment()).id);
    expect(accepts(old.secret, request)).toBe(false);
    expect(accepts(secret, request)).toBe(true);
  });

  it('takes an overlap of up to seven days', async () => {
    const { id } = await create();
    await expect(call('POST', `/${id}/rotate-secret`, { overlap_hours: 169 })).resolves.toMatchObject({
      status: 400,
    });
    await expect(call('POST', `/${id}/rotate-secret`, { overlap_hours: 168 })).resolves.toMatchObject({
      status: 200,
    });
  });

  const secondsAgo = (seconds: number) => String(Math.floor(Date.now() / 1000) - seconds);

  /** As if its hours had passed. */
  const endOverlap = (id: string) =>
    app.database.dataSource.query(
      `UPDATE webhook_endpoints SET secrets = (SELECT jsonb_agg(CASE WHEN one->>'expires_at' IS NULL THEN one
         ELSE jsonb_set(one, '{expires_at}', '"2020-01-01T00:00:00.000Z"') END) FROM jsonb_array_elements(secrets) one)
       WHERE id = $1`,
      [id],
    );
});

describe('an endpoint that signs with ed25519', () => {
  const verifies = (request: Received, publicKey: string) => {
    const headers = headersOf(request);
    const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${request.raw.toString()}`;
    const x = Buffer.from(publicKey.slice('whpk_'.length), 'base64').toString('base64url');
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return headers['webhook-signature']!.split(' ')
      .filter((signature) => signature.startsWith('v1a,'))
      .some((signature) => verify(null, Buffer.from(signed), key, Buffer.from(signature.slice(4), 'base64')));
  };
  const wellKnown = (id: string) =>
    fetch(`${app.url}/.well-known/webhook-keys/${id}`).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as { keys: string[] },
    }));

  it('is verified with the key that anyone may fetch, and the secret still works', async () => {
    const { id, secret, public_keys } = await create({ asymmetric: true });
    const { status, body } = await wellKnown(id);
    expect(status).toBe(200);
    expect(body.keys).toEqual(public_keys);
    const request = await received((await app.createPayment()).id);
    expect(verifies(request, body.keys[0]!)).toBe(true);
    expect(accepts(secret, request)).toBe(true);
  });

  it('shows both keys while they are rotated', async () => {
    const { id, public_keys: before } = await create({ asymmetric: true });
    await call('POST', `/${id}/rotate-secret`);
    const { keys } = (await wellKnown(id)).body;
    expect(keys).toHaveLength(2);
    expect(keys[1]).toBe(before[0]);
    const request = await received((await app.createPayment()).id);
    expect(keys.every((key) => verifies(request, key))).toBe(true);
  });

  it('is turned on and off by PATCH, and tells nothing when off', async () => {
    const { id } = await create();
    await expect(wellKnown(id)).resolves.toMatchObject({ status: 404 });
    const on = (await call<EndpointBody>('PATCH', `/${id}`, { asymmetric: true })).body;
    expect((await wellKnown(id)).body.keys).toEqual(on.public_keys);
    await call('PATCH', `/${id}`, { asymmetric: false });
    await expect(wellKnown(id)).resolves.toMatchObject({ status: 404 });
  });
});

describe('trying an endpoint', () => {
  it('sends a signed sample of any type now, and says what came back', async () => {
    receiver.answer = (response) => response.writeHead(418).end('a teapot');
    const { id, secret } = await create();
    const answer = await call('POST', `/${id}/test`, { event_type: 'payment.settled' });
    expect(answer.body).toEqual({
      event_id: expect.stringMatching(/^evt_/),
      status: 418,
      delivered: false,
      error: 'answered 418',
      response: 'a teapot',
      duration_ms: expect.any(Number),
    });
    const [request] = receiver.received;
    expect(request?.json).toMatchObject({ type: 'payment.settled', status: 'settled' });
    expect(accepts(secret, request!)).toBe(true);
    const { body } = await app.request<{ data: unknown[] }>('GET', `/api/v1/deliveries?endpoint_id=${id}`);
    expect(body.data).toEqual([]);
  });

  it('shows and keeps what came back as text that harms nobody', async () => {
    receiver.answer = (response) => response.writeHead(500).end('a\0b\u001b[2J\u202e\r\nc');
    const { id } = await create();
    const text = 'a\uFFFDb\uFFFD[2J\uFFFD\nc';
    await expect(call('POST', `/${id}/test`)).resolves.toMatchObject({ body: { response: text } });
    const payment = await app.createPayment();
    await received(payment.id);
    const kept = () =>
      app.database.dataSource.query<{ response: string }[]>(
        `SELECT a.response FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
         WHERE d.endpoint_id = $1 AND a.response IS NOT NULL`,
        [id],
      );
    expect((await waitFor('its record', async () => (await kept())[0])).response).toBe(text);
  });

  it('refuses a time that neither JavaScript nor Postgres can read', async () => {
    const { id } = await create();
    for (const since of ['2020-W01', '+123456-01-01', '2020-13-01', 'yesterday', '2020-01-01T25:00:00Z']) {
      await expect(call('POST', `/${id}/replay`, { since })).resolves.toMatchObject({ status: 400 });
    }
    await expect(call('POST', `/${id}/replay`, { since: '2020-01-01' })).resolves.toMatchObject({
      status: 202,
    });
  });

  it('refuses a type that is none', async () => {
    const { id } = await create();
    await expect(call('POST', `/${id}/test`, { event_type: 'payment.lost' })).resolves.toMatchObject({
      status: 400,
    });
  });
});

describe('an endpoint that answers 101 Switching Protocols', () => {
  it('has its test answered, its attempts counted, and holds up neither others nor the end', async () => {
    const switching = await RawReceiver.start(
      (socket) => void socket.end('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
    );
    try {
      const { id } = await create({ url: switching.url });
      const tried = await call(`POST`, `/${id}/test`);
      expect(tried.body).toMatchObject({ delivered: false, error: 'answered 101' });
      await create();
      const payment = await app.createPayment();
      await received(payment.id);
      const log = `/api/v1/deliveries?endpoint_id=${id}`;
      const attempted = async () => {
        const { body } = await app.request<{ data: { attempt_count: number }[] }>('GET', log);
        return body.data[0]?.attempt_count === 1;
      };
      await waitFor('its attempt on record', attempted);
    } finally {
      await switching.stop();
    }
  });
});

describe('the number of endpoints of a merchant', () => {
  it('has a limit, also for requests that come at once, and what is deleted does not count', async () => {
    const most = 50;
    const body = { url: receiver.url, event_types: ['payment.failed'] };
    const answers = await Promise.all(Array.from({ length: most + 5 }, () => call('POST', '', body)));
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array<number>(most).fill(201), ...Array<number>(5).fill(409)]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({
      detail: expect.stringContaining('WEBHOOK_ENDPOINTS_PER_MERCHANT'),
    });
    await call('DELETE', `/${(answers.find(({ status }) => status === 201)?.body as { id: string }).id}`);
    await expect(call('POST', '', body)).resolves.toMatchObject({ status: 201 });
  });
});

describe('the endpoint of another merchant', () => {
  it('is not seen, changed, tried, replayed, or told of', async () => {
    const made = await create({ event_types: ['*'] });
    const payment = await app.createPayment();
    await received(payment.id);
    const { body: deliveries } = await app.request<{ data: { id: string; event_id: string }[] }>(
      'GET',
      `/api/v1/deliveries?endpoint_id=${made.id}`,
    );
    const delivery = deliveries.data[0]!;
    const other = await strangersKey();
    const asStranger = { authorization: `Bearer ${other}` };
    const tries: [string, string, unknown?][] = [
      ['GET', `/webhook-endpoints/${made.id}`],
      ['PATCH', `/webhook-endpoints/${made.id}`, { state: 'disabled' }],
      ['DELETE', `/webhook-endpoints/${made.id}`],
      ['POST', `/webhook-endpoints/${made.id}/rotate-secret`, {}],
      ['POST', `/webhook-endpoints/${made.id}/test`, {}],
      ['POST', `/webhook-endpoints/${made.id}/replay`, { since: '2020-01-01T00:00:00Z' }],
      ['GET', `/deliveries/${delivery.id}`],
      ['POST', `/deliveries/${delivery.id}/replay`],
      ['GET', `/events/${delivery.event_id}`],
    ];
    for (const [method, path, body] of tries) {
      const answer = await app.request(method, `/api/v1${path}`, body, asStranger);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
    }
    for (const path of ['/webhook-endpoints', `/deliveries?endpoint_id=${made.id}`, '/events']) {
      const answer = await app.request('GET', `/api/v1${path}`, undefined, asStranger);
      expect(answer.body).toEqual({ data: [], next: null, has_more: false });
    }
    const { body: none } = await app.request(
      'POST',
      '/api/v1/deliveries/replay',
      { state: 'delivered' },
      asStranger,
    );
    expect(none).toEqual({ replayed: 0, next_since: null });
    expect((await call('GET', `/${made.id}`)).body).toMatchObject({ state: 'enabled' });
    expect(receiver.received).toHaveLength(1);
  });
});

describe('ENCRYPTION_KEY', () => {
  const key = (fill: number) => Buffer.alloc(32, fill).toString('base64');
  const restart = async (encryptionKey: string) => {
    await app.close();
    app = await TestApp.start({
      chains: [chain.config],
      before: app,
      settings: { webhookUrl: null, encryptionKey, webhookRetryScheduleMs: [100] },
    });
  };
  const keyIdOf = async (id: string) => {
    const [row] = await app.database.dataSource.query<{ key_id: string }[]>(
      `SELECT secrets->0->>'key_id' AS key_id FROM webhook_endpoints WHERE id = $1`,
      [id],
    );
    return row?.key_id;
  };
  // Its endpoints are gone by then: a key under which nothing is left is not asked for.
  afterAll(() => restart(key(1)));

  it('is rotated, and deliveries go on, signed with secrets of before and after', async () => {
    const before = await create();
    await restart(`k2:${key(2)},${key(1)}`);
    const first = await app.createPayment();
    expect(accepts(before.secret, await received(first.id))).toBe(true);
    const after = await create({ url: `${receiver.url}/after` });
    expect([await keyIdOf(before.id), await keyIdOf(after.id)]).toEqual(['default', 'k2']);
    const second = await app.createPayment();
    const both = await waitFor('both', () => {
      const all = receiver.of(second.id);
      return all.length === 2 && all;
    });
    for (const request of both) {
      expect(accepts(request.url === '/hook' ? before.secret : after.secret, request)).toBe(true);
    }
    // A new secret is sealed under the new key, and then the old one can go.
    const rotated = await call<CreatedEndpointBody>('POST', `/${before.id}/rotate-secret`, {
      overlap_hours: 0,
    });
    await restart(`k2:${key(2)}`);
    const third = await app.createPayment();
    await waitFor('both again', () => receiver.of(third.id).length === 2);
    const toFirst = receiver.of(third.id).find(({ url }) => url === '/hook')!;
    expect(accepts(rotated.body.secret, toFirst)).toBe(true);
  });

  it('may go once what was sealed under it signs nothing any more', async () => {
    await restart(`${key(1)},k2:${key(2)}`);
    const { id } = await create();
    await restart(`k2:${key(2)},${key(1)}`);
    const { secret } = (await call<CreatedEndpointBody>('POST', `/${id}/rotate-secret`)).body;
    await expect(restart(`k2:${key(2)}`)).rejects.toThrow(/need the key with the id "default"/);
    await app.database.dataSource.query(
      `UPDATE webhook_endpoints SET secrets = jsonb_set(secrets, '{1,expires_at}', '"2026-01-01T00:00:00.000Z"') WHERE id = $1`,
      [id],
    );
    await restart(`k2:${key(2)}`);
    expect(accepts(secret, await received((await app.createPayment()).id))).toBe(true);
  });

  it('that is gone stops the start: webhooks wait for it, unsigned they are never sent', async () => {
    await restart(`${key(1)},k2:${key(2)}`);
    const made = await create();
    await expect(restart(`k2:${key(2)}`)).rejects.toThrow(/need the key with the id "default"/);
    await restart(`k2:${key(2)},${key(1)}`);
    const payment = await app.createPayment();
    expect(accepts(made.secret, await received(payment.id))).toBe(true);
  });
});

describe('the built-in endpoint', () => {
  it('refuses to start with a misspelt WEBHOOK_EVENTS, which would never send anything', async () => {
    const settings = { webhookUrl: 'http://127.0.0.1:1', webhookEvents: ['payment.confirm'] };
    const { database } = app;
    await expect(TestApp.start({ database, settings })).rejects.toThrow(
      /WEBHOOK_EVENTS: "payment.confirm" is no event type/,
    );
  });

  it('is in everybody’s list, read-only, and without its secret', async () => {
    await app.close();
    app = await TestApp.start({
      chains: [chain.config],
      database: app.database,
      settings: { webhookUrl: receiver.url, webhookEvents: ['payment.created'] },
    });
    const { data } = await list();
    expect(data).toMatchObject([{ id: BUILT_IN, built_in: true, url: receiver.url, state: 'enabled' }]);
    expect(data[0]).not.toHaveProperty('secret');
    const tries: [string, string, unknown?][] = [
      ['PATCH', '', { url: 'https://elsewhere.example' }],
      ['DELETE', ''],
      ['POST', '/rotate-secret', {}],
    ];
    for (const [method, path, body] of tries) {
      const answer = await call(method, `/${BUILT_IN}${path}`, body);
      expect({ method, status: answer.status }).toEqual({ method, status: 409 });
    }
  });

  it('is the operator’s secret: merchants see its origin, and nothing else of it', async () => {
    const { host, origin } = new URL(receiver.url);
    const webhookUrl = `http://operator:hunter2@${host}/services/T0/s3cr3t?token=abc`;
    await app.close();
    app = await TestApp.start({
      chains: [chain.config],
      database: app.database,
      settings: { webhookUrl, webhookEvents: ['payment.created'], webhookRetryScheduleMs: [] },
    });
    receiver.answer = (response, { url }) => response.writeHead(404).end(`Cannot POST ${url}`);
    const operator = { authorization: `Bearer ${app.key}` };
    const merchant = {
      authorization: `Bearer ${await strangersKey(['payments:write', 'webhooks:read', 'webhooks:write'])}`,
    };
    const said: string[] = [];
    const ask = async (method: string, path: string, body?: unknown, headers: object = merchant) => {
      const answer = await app.request<Record<string, unknown>>(
        method,
        `/api/v1${path}`,
        body,
        headers as Record<string, string>,
      );
      if (headers === merchant) said.push(JSON.stringify(answer.body));
      return answer;
    };
    const paid = await ask('POST', '/payments', { chain: 'testchain', amount: '1' });
    expect(paid.status).toBe(201);
    const { headers } = await received(paid.body.id as string);
    expect(headers.authorization).toBe(`Basic ${Buffer.from('operator:hunter2').toString('base64')}`);

    const dead = async () => ((await ask('GET', '/deliveries?state=dead')).body.data as { id: string }[])[0];
    const { id } = await waitFor('the dead letter', dead);
    const attempt = { status: 404, error: 'answered 404', response: null, address: null };
    expect((await ask('GET', `/deliveries/${id}`)).body.attempts).toMatchObject([attempt]);
    for (const path of ['', `/${BUILT_IN}`]) await ask('GET', `/webhook-endpoints${path}`);
    expect((await ask('GET', `/webhook-endpoints/${BUILT_IN}`)).body.url).toBe(origin);
    const seen = receiver.received.length;
    const since = { since: '2020-01-01T00:00:00Z', which: 'all' };
    const tries: [string, unknown?][] = [
      [`/webhook-endpoints/${BUILT_IN}/test`, {}],
      [`/webhook-endpoints/${BUILT_IN}/replay`, since],
      [`/deliveries/${id}/replay`],
      ['/deliveries/replay', { state: 'dead', endpoint_id: BUILT_IN }],
    ];
    for (const [path, body] of tries) {
      expect({ path, status: (await ask('POST', path, body)).status }).toEqual({ path, status: 403 });
    }
    expect((await ask('POST', '/deliveries/replay', { state: 'dead' })).body).toEqual({
      replayed: 0,
      next_since: null,
    });
    await ask('POST', `/webhook-endpoints/${BUILT_IN}/rotate-secret`, {});
    expect(receiver.received).toHaveLength(seen);

    const shown = await ask('GET', `/webhook-endpoints/${BUILT_IN}`, undefined, operator);
    expect(shown.body.url).toBe(webhookUrl.replace('operator:hunter2@', ''));
    const tried = await ask('POST', `/webhook-endpoints/${BUILT_IN}/test`, {}, operator);
    expect(tried.body).toMatchObject({
      status: 404,
      response: expect.stringContaining('Cannot POST /services'),
    });
    const rows = await app.database.dataSource.query<object[]>('SELECT * FROM webhook_endpoints');
    for (const secret of ['hunter2', 's3cr3t', 'token=abc']) {
      for (const text of [...said, ...app.log, JSON.stringify(rows)]) expect(text).not.toContain(secret);
    }
  });
});
