import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/config/load-settings.js';
import { type Settings } from '../../src/config/settings.js';
import { outcomeOf } from '../../src/webhooks/delivery/outcome.js';
import { WebhookClient } from '../../src/webhooks/http/webhook-client.js';
import { RawReceiver } from '../harness/raw-receiver.js';
import { waitFor } from '../harness/wait-for.js';

const TIMEOUT_MS = 1_000;
const OK = 'HTTP/1.1 200 OK\r\n';

let receiver: RawReceiver;
let client: WebhookClient;

const clientWith = (settings: Partial<Settings> = {}) =>
  new WebhookClient(
    Object.assign(loadSettings({ NODE_ENV: 'test' }), {
      webhookTimeoutMs: TIMEOUT_MS,
      webhookAllowPrivateNetworks: true,
      ...settings,
    }),
  );
const post = (from = client) => from.post({ url: receiver.url, body: '{}', headers: {} });
/** What becomes of the delivery: that is what a merchant sees. */
const outcome = async () =>
  outcomeOf(await post(), { scheduleMs: [1_000], attempts: 1, durationMs: 1, now: 0, random: 0.5 });
const answersWith = (bytes: string, { thenEnds = false } = {}) => {
  receiver.answer = (socket) => {
    socket.write(bytes);
    if (thenEnds) socket.end();
  };
};

beforeEach(async () => {
  receiver = await RawReceiver.start(() => undefined);
  client = clientWith();
});
afterEach(async () => {
  client.onApplicationShutdown();
  await receiver.stop();
});

describe('an answer of 2xx that Node’s parser does not like', () => {
  it.each([
    ['20 KB of cookies', `${OK}set-cookie: ${'x'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`, {}],
    [
      '64 KB of cookies',
      `${OK}${`set-cookie: ${'x'.repeat(2_034)}\r\n`.repeat(32)}content-length: 0\r\n\r\n`,
      {},
    ],
    ['more headers than we read', `${OK}set-cookie: ${'x'.repeat(300_000)}\r\ncontent-length: 0\r\n\r\n`, {}],
    [
      'both ways of framing',
      `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n`,
      {},
    ],
    ['two equal lengths', `${OK}content-length: 2\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['two lengths that differ', `${OK}content-length: 2\r\ncontent-length: 3\r\n\r\nok`, {}],
    ['a length that is none', `${OK}content-length: two\r\n\r\nok`, {}],
    ['204 with a body', 'HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\nhello', {}],
    ['a body cut short', `${OK}content-length: 200\r\n\r\nok`, { thenEnds: true }],
    ['chunks cut short', `${OK}transfer-encoding: chunked\r\n\r\n5\r\nab`, { thenEnds: true }],
    ['a chunk of no length', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\nab`, {}],
    ['bare LF', 'HTTP/1.1 200 OK\ncontent-length: 2\n\nok', {}],
    ['bare LF after the status alone', 'HTTP/1.1 201 Created\ncontent-length: 0\r\n\r\n', {}],
    ['a header name with a space', `${OK}bad name: 1\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['a header without a colon', `${OK}nonsense\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['a control character in a value', `${OK}x-trace: a\x01b\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['a NUL in a value', `${OK}x-trace: a\0b\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['no reason phrase', 'HTTP/1.1 200\r\ncontent-length: 2\r\n\r\nok', {}],
    ['an end after the status line', OK, { thenEnds: true }],
    ['an end in mid-header', `${OK}content-le`, { thenEnds: true }],
    [
      'an interim answer before, and bare LF',
      `HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 202 Accepted\nx: y\n\n`,
      {},
    ],
    ['HTTP/1.0 without a length', 'HTTP/1.0 200 OK\r\nconnection: close\r\n\r\nok', { thenEnds: true }],
    ['a header that goes on in the next line', `${OK}x-trace: a\r\n b\r\ncontent-length: 2\r\n\r\nok`, {}],
    ['gzip that is none', `${OK}content-encoding: gzip\r\ncontent-length: 2\r\n\r\nok`, {}],
    [
      'another status of 2xx, with a long reason',
      `HTTP/1.1 299 ${'x'.repeat(8_000)}\r\n\r\n`,
      { thenEnds: true },
    ],
    ['the header __proto__', `${OK}__proto__: x\r\nbad name: 1\r\n\r\n`, {}],
  ])('is a delivery: %s', async (_what, bytes, options) => {
    answersWith(bytes, options);
    await expect(outcome()).resolves.toMatchObject({ state: 'delivered', attempt: { error: null } });
  });

  it('is a delivery when the status line came alone, and what is malformed later', async () => {
    receiver.answer = (socket) => {
      socket.write('HTTP/1.1 20');
      setImmediate(() => socket.write('0 OK\r\n'));
      setTimeout(() => socket.write('bad name: 1\r\n\r\n'), 50);
    };
    await expect(outcome()).resolves.toMatchObject({ state: 'delivered' });
  });

  it('keeps what it can of the body', async () => {
    answersWith(`${OK}bad name: 1\r\n\r\nthanks`);
    await expect(post()).resolves.toMatchObject({ status: 200, response: 'thanks' });
    answersWith(`${OK}content-length: 200\r\n\r\nthanks`, { thenEnds: true });
    await expect(post()).resolves.toMatchObject({ status: 200, response: 'thanks' });
  });

  it('has its connection closed, so that nothing of it answers the next request', async () => {
    // What is sent beyond the answer is an answer of 500 to whoever asks next.
    const next = 'HTTP/1.1 500 Not yours\r\ncontent-length: 0\r\n\r\n';
    for (const bytes of [
      `HTTP/1.1 204 No Content\r\n\r\n${next}`,
      `${OK}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n${next}`,
      `${OK}bad name: 1\r\ncontent-length: 0\r\n\r\n${next}`,
    ]) {
      const before = receiver.connections;
      answersWith(bytes);
      await expect(outcome()).resolves.toMatchObject({ state: 'delivered' });
      await expect(outcome()).resolves.toMatchObject({ state: 'delivered' });
      expect(receiver.connections - before).toBe(2);
    }
  });

  it('closes an idle connection on which something comes unasked', async () => {
    let closed = 0;
    receiver.answer = (socket) => {
      socket.on('close', () => (closed += 1));
      socket.write(`HTTP/1.1 204 No Content\r\n\r\n`);
      setTimeout(() => socket.write('HTTP/1.1 500 Not yours\r\ncontent-length: 0\r\n\r\n'), 30);
    };
    await expect(outcome()).resolves.toMatchObject({ state: 'delivered' });
    await waitFor('the connection to be closed', () => closed === 1);
    await expect(outcome()).resolves.toMatchObject({ state: 'delivered' });
  });
});

describe('an answer that is none of success', () => {
  it('stays a failure when it is malformed', async () => {
    answersWith('HTTP/1.1 500 Out of order\r\nbad name: 1\r\n\r\n');
    await expect(outcome()).resolves.toMatchObject({
      state: 'pending',
      attempt: { status: 500, error: 'answered 500' },
    });
  });

  it('disables the endpoint when it is a malformed 410', async () => {
    answersWith('HTTP/1.1 410 Gone\ncontent-length: 2\n\nno');
    await expect(outcome()).resolves.toMatchObject({ state: 'dead', disableFor: 'it answered 410 Gone' });
  });

  it('has its retry-after honoured as far as it can be read', async () => {
    answersWith('HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nbad name: 1\r\n\r\n');
    await expect(outcome()).resolves.toMatchObject({ state: 'pending', nextInMs: 120_000 });
  });

  it.each([
    ['no HTTP at all', 'SSH-2.0-OpenSSH_9.6\r\n', 'what came back is no HTTP'],
    ['a status line cut off', 'HTTP/1.1 200 O', 'the connection was closed before an answer came'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n', 'what came back is no valid HTTP'],
  ])('is a failure: %s', async (_what, bytes, error) => {
    answersWith(bytes, { thenEnds: true });
    await expect(post()).resolves.toMatchObject({ kind: 'failed', error });
  });
});

describe('an exchange always ends', () => {
  it.each([
    ['101, as asked for by nobody', 'HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'],
    ['101 without an upgrade', 'HTTP/1.1 101 X\r\n\r\n'],
  ])('with %s', async (_what, bytes) => {
    for (const thenEnds of [true, false]) {
      answersWith(bytes, { thenEnds });
      await expect(outcome()).resolves.toMatchObject({
        state: 'pending',
        attempt: { error: 'answered 101' },
      });
    }
  });

  it('with a flood of interim answers', async () => {
    receiver.answer = (socket) => {
      const pour = () => {
        if (!socket.destroyed)
          socket.write('HTTP/1.1 102 Processing\r\n\r\n'.repeat(50), () => setImmediate(pour));
      };
      pour();
    };
    const error = 'sent more than 20 interim answers (1xx) and none that counts';
    await expect(post()).resolves.toMatchObject({ kind: 'failed', error });
  });

  it('with an interim answer now and then', async () => {
    receiver.answer = (socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 102 Processing\r\n\r\n'), 200);
      socket.on('close', () => clearInterval(drip));
    };
    await expect(post()).resolves.toMatchObject({ error: 'timed out after 1 s waiting for the response' });
  });

  it('with a header that never ends', async () => {
    receiver.answer = (socket) => {
      socket.write(OK);
      const drip = setInterval(() => socket.write('x: y\r\n'), 50);
      socket.on('close', () => clearInterval(drip));
    };
    await expect(post()).resolves.toMatchObject({ error: 'timed out after 1 s waiting for the response' });
  });

  it('with a connection that is reset or closed', async () => {
    const error = 'the connection was closed before an answer came';
    receiver.answer = (socket) => void socket.resetAndDestroy();
    await expect(post()).resolves.toMatchObject({ error });
    receiver.answer = (socket) => void socket.end();
    await expect(post()).resolves.toMatchObject({ error });
  });

  it('with a name whose look-up does not come back', async () => {
    await client.post({ url: 'http://127.0.0.1:1/', body: '', headers: {} });
    const { agents } = client as unknown as { agents: { httpAgent: { options: { lookup: unknown } } } };
    agents.httpAgent.options.lookup = () => undefined;
    await expect(client.post({ url: 'http://shop.example/', body: '', headers: {} })).resolves.toMatchObject({
      error: 'timed out after 1 s looking up the host name',
    });
  });
});

describe('an exchange ends where the other side never says a word', () => {
  let silent: Server;
  let closed = 0;

  beforeEach(async () => {
    closed = 0;
    silent = createServer((socket) =>
      socket
        .on('close', () => (closed += 1))
        .on('error', () => undefined)
        .resume(),
    );
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => new Promise<void>((resolve) => silent.close(() => resolve())));

  const port = () => (silent.address() as AddressInfo).port;

  it('in the TLS handshake', async () => {
    const url = `https://127.0.0.1:${port()}/`;
    await expect(client.post({ url, body: '', headers: {} })).resolves.toMatchObject({
      error: 'timed out after 1 s connecting',
    });
    await waitFor('the connection to be closed', () => closed === 1);
  });

  it.each(['http', 'https'])('as a proxy for %s, which is then hung up on', async (protocol) => {
    const proxied = clientWith({ webhookProxyUrl: `http://127.0.0.1:${port()}` });
    const url = `${protocol}://shop.example/`;
    await expect(proxied.post({ url, body: '', headers: {} })).resolves.toMatchObject({
      kind: 'failed',
      error: 'the proxy opened no connection in time',
    });
    await waitFor('the connection to be closed', () => closed === 1);
    proxied.onApplicationShutdown();
  });
});
