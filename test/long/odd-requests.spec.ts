import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';

/** Whatever is odd about a request, it is answered by then. */
const TIMEOUT_MS = 20_000;
const AT_ONCE = 8;

interface Operation {
  parameters?: { name: string; in: string }[];
}
interface Route {
  method: string;
  /** As the OpenAPI document has it, as `/api/v1/payments/{id}`. */
  path: string;
  query: string[];
}
interface Answered {
  status: number;
  type: string;
  text: string;
}

/** Of what stands in the place of an id, as it is written into the path. */
const IDS = [
  '0',
  '-1',
  '%20',
  '%0a',
  '%00',
  '%ff',
  '%C0%AF',
  '%ED%A0%80',
  '%e2%80%ae',
  '..%2f..%2fmerchants',
  '%2e%2e',
  '__proto__',
  'constructor',
  '%27%20OR%201=1--',
  '%7B%22a%22:1%7D',
  '018f0000-0000-7000-8000-00000000000g',
  '018F0000-0000-7000-8000-000000000000',
  '018f0000-0000-7000-8000-000000000000%00',
  '018f0000000070008000000000000000',
  '{018f0000-0000-7000-8000-000000000000}',
  '9'.repeat(400),
  '0x' + 'f'.repeat(64),
  '%F0%9F%98%80',
];

/** Of what a parameter of the query may be, as it is written into the URL. */
const VALUES = [
  '',
  '%00',
  '%ff',
  '%ED%A0%80',
  '-1',
  '1e400',
  '9'.repeat(400),
  '1.5',
  'null',
  '[]',
  '%7B%7D',
  ',,',
  'pending,',
  '%25%27',
  '018f0000-0000-7000-8000-000000000000',
  '2026-02-30T00:00:00Z',
  '275760-09-13T00:00:01Z',
  '-271821-04-20T00:00:00Z',
  'x'.repeat(5_000),
  '__proto__',
];
const shapesOf = (name: string) => [
  ...VALUES.map((value) => `${name}=${value}`),
  name,
  `${name}=1&${name}=2`,
  `${name}[]=1`,
  `${name}[a]=1`,
  `${name}[__proto__][x]=1`,
  Array(200).fill(`${name}=1`).join('&'),
];

/** Of what a body may be that is said to be JSON. */
const BODIES = [
  '',
  ' ',
  'null',
  'true',
  '1e400',
  '"\\ud800"',
  '[]',
  '[{}]',
  '{"__proto__":{"isAdmin":true}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '{"amount":1e400}',
  `{"amount":${'9'.repeat(5_000)}}`,
  '{"amount":"\\u0000","name":"\\u0000","url":"\\u0000"}',
  '{"amount":"\\ud800","name":"\\ud800","url":"http://\\ud800/"}',
  '{"a":1,"a":2}',
  '\ufeff{}',
  '{} {}',
  '{"a":NaN}',
  '{"chain":{},"amount":[],"name":{},"url":[],"to":{},"metadata":"x","event_types":{},"since":{},"accept":{}}',
  '{"chain":null,"amount":null,"name":null,"url":null,"to":null,"metadata":null,"since":null,"state":null}',
  `${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`,
  `[${'['.repeat(50_000)}`,
];

const HEADERS: Record<string, string>[] = [
  { 'content-type': 'text/plain' },
  { 'content-type': 'application/json; charset=utf-16' },
  { 'content-type': 'application/json; charset=' },
  { 'content-type': ';' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-encoding': 'gzip' },
  { 'content-encoding': 'br, gzip' },
  { 'idempotency-key': '' },
  { 'idempotency-key': 'x'.repeat(300) },
  { 'if-none-match': '*' },
  { 'if-none-match': '"' },
  { range: 'bytes=0-0,-1' },
  { accept: '/' },
  { accept: 'x'.repeat(4_000) },
  { 'accept-language': ',;q=,*;q=nine' },
  { 'x-http-method-override': 'DELETE' },
  { 'x-forwarded-for': '\t, ,::1,"' },
  { expect: '100-continue' },
];

let app: TestApp;
let routes: Route[];

beforeAll(async () => {
  app = await TestApp.start();
  const { body } = await app.request<{ paths: Record<string, Record<string, Operation>> }>(
    'GET',
    '/openapi.json',
  );
  routes = Object.entries(body.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.filter((one) => one.in === 'query').map(({ name }) => name),
    })),
  );
});
afterAll(() => app?.stop());

/** The path goes as it is written: `fetch` would make a better one of it. */
function ask(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const { hostname, port } = new URL(app.url);
  const all = {
    authorization: `Bearer ${app.key}`,
    ...(body === undefined
      ? {}
      : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, method, path, headers: all, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      const answer = () =>
        resolve({
          status: response.statusCode ?? 0,
          type: response.headers['content-type'] ?? '',
          text,
        });
      response.on('end', answer).on('error', reject);
      // What is told step by step never ends by itself.
      if (response.headers['content-type']?.startsWith('text/event-stream')) {
        answer();
        sent.destroy();
      }
    });
    sent.setTimeout(TIMEOUT_MS, () => sent.destroy(new Error('no answer in time')));
    sent.on('error', reject).end(body);
  });
}

/** What is wrong with an answer; null: nothing. */
async function faultOf(method: string, path: string, ...rest: [string?, Record<string, string>?]) {
  const asked = `${method} ${path.slice(0, 200)} ${(rest[0] ?? '').slice(0, 60)} ${JSON.stringify(rest[1] ?? {}).slice(0, 80)}`;
  const answer = await ask(method, path, ...rest).catch((error: Error) => error);
  if (answer instanceof Error) return `${asked}: ${answer.message}`;
  const { status, type, text } = answer;
  if (status >= 500) return `${asked}: ${status} ${text.slice(0, 200)}`;
  if (status < 400 || method === 'HEAD') return null;
  const isApi = path.startsWith('/api/');
  if (!isApi) return null;
  const code = type.startsWith('application/problem+json')
    ? (JSON.parse(text) as { code?: unknown }).code
    : '';
  return typeof code === 'string' && code !== ''
    ? null
    : `${asked}: ${status} without a code: ${text.slice(0, 100)}`;
}

async function faultsOf(all: Parameters<typeof faultOf>[]): Promise<string[]> {
  const faults: string[] = [];
  const left = [...all];
  const work = async () => {
    for (let one = left.shift(); one; one = left.shift()) {
      const fault = await faultOf(...one);
      if (fault !== null) faults.push(fault);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return faults;
}

const withId = (path: string, id: string) => path.replace(/\{[^}]+\}/g, id);
const UNKNOWN = '018f0000-0000-7000-8000-000000000000';

describe('every route answers, and refuses with a code, never with a fault of ours', () => {
  it('what is no id of anything', async () => {
    const asked = routes
      .filter(({ path }) => path.includes('{'))
      .flatMap(({ method, path }) => IDS.map((id): [string, string] => [method, withId(path, id)]));
    expect(asked.length).toBeGreaterThan(500);
    expect(await faultsOf(asked)).toEqual([]);
  });

  it('parameters of the query that are anything', async () => {
    const asked = routes
      .filter(({ method }) => method === 'GET')
      .flatMap(({ method, path, query }) =>
        (path.includes('{') ? query.slice(0, 1) : [...query, 'unknown'])
          .flatMap(shapesOf)
          .map((shape): [string, string] => [method, `${withId(path, UNKNOWN)}?${shape}`]),
      );
    expect(asked.length).toBeGreaterThan(1_000);
    expect(await faultsOf(asked)).toEqual([]);
  });

  it('bodies that are anything', async () => {
    const asked = routes
      .filter(({ method }) => ['POST', 'PATCH', 'PUT'].includes(method))
      .flatMap(({ method, path }) =>
        BODIES.map((body): [string, string, string] => [method, withId(path, UNKNOWN), body]),
      );
    expect(asked.length).toBeGreaterThan(200);
    expect(await faultsOf(asked)).toEqual([]);
  });

  it('headers that are anything', async () => {
    const asked = routes.flatMap(({ method, path }) =>
      HEADERS.map((headers): [string, string, string | undefined, Record<string, string>] => [
        method,
        withId(path, UNKNOWN),
        method === 'GET' ? undefined : '{}',
        headers,
      ]),
    );
    expect(await faultsOf(asked)).toEqual([]);
  });

  it('methods that it does not take', async () => {
    const asked = routes.flatMap(({ path }) =>
      ['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'PROPFIND'].map((method): [string, string] => [
        method,
        withId(path, UNKNOWN),
      ]),
    );
    expect(await faultsOf(asked)).toEqual([]);
  });
});

it('shows and does nothing with the id of another merchant’s payment, wherever an id is taken', async () => {
  const { dataSource } = app.database;
  const [other] = await dataSource.query<{ id: string }[]>(
    `WITH other AS (INSERT INTO merchants (id, name) VALUES (gen_random_uuid(), 'other') RETURNING id)
     INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount, status, expires_at, reference)
     SELECT gen_random_uuid(), id, 99, 'nowhere', '0x${'ab'.repeat(20)}', 'hd', 7, 1, 'pending', now(), 'theirs' FROM other RETURNING id`,
  );
  const merchants = await app.request<{ key: string }>('POST', '/api/v1/api-keys', {
    merchant_id: app.merchantId,
    name: 'all',
    scopes: ['payments:read', 'payments:write'],
  });
  const headers = { authorization: `Bearer ${merchants.body.key}` };
  const asked = routes.filter(({ path }) => path.startsWith('/api/v1/') && path.includes('{'));
  const answers = await Promise.all(
    asked.map(async ({ method, path }) => {
      const body = method === 'GET' || method === 'DELETE' ? undefined : '{}';
      const { status, text } = await ask(method, withId(path, other!.id), body, headers);
      return { route: `${method} ${path}`, isRefused: status >= 400, tells: text.includes('theirs') };
    }),
  );
  expect(answers.filter(({ isRefused, tells }) => !isRefused || tells)).toEqual([]);
});

/** What the server says to bytes that are hardly HTTP, until it closes or falls silent. */
async function bytes(text: string): Promise<string> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  let said = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (said += chunk));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(text, 'latin1');
  socket.end();
  await closed;
  return said;
}

it.each([
  ['a length that lies', 'POST /api/v1/payments HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{}'],
  ['a length that is none', 'POST /api/v1/payments HTTP/1.1\r\nhost: x\r\ncontent-length: two\r\n\r\n{}'],
  [
    'both ways of framing',
    'POST /api/v1/payments HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
  ],
  [
    'chunks cut short',
    'POST /api/v1/payments HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab',
  ],
  ['no host', 'GET /api/v1/payments HTTP/1.1\r\n\r\n'],
  ['an absolute URL', 'GET http://elsewhere/api/v1/payments HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a URL of bytes', 'GET /api/v1/payments/\xff\xfe HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['a URL without a slash', 'GET api HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['//', 'GET // HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['HTTP/1.0', 'GET /api/v1/payments HTTP/1.0\r\n\r\n'],
  ['40 KB of headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`],
  ['CONNECT', 'CONNECT elsewhere:443 HTTP/1.1\r\nhost: x\r\n\r\n'],
  ['an upgrade', 'GET /api/v1/payments HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n'],
  ['no HTTP', '\x16\x03\x01\x02\x00\x01'],
])('%s is no fault of ours, and the next request is answered', async (_what, text) => {
  expect(await bytes(text)).not.toMatch(/^HTTP\/1\.\d 5/);
  expect((await ask('GET', '/api/v1/payments')).status).toBe(200);
});
