import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loadSettings } from '../../src/config/load-settings.js';
import { WebhookClient } from '../../src/webhooks/http/webhook-client.js';
import { selfSigned } from '../harness/certificate.js';
import { Receiver } from '../harness/receiver.js';
import { tempFolder } from '../harness/temp-folder.js';

/** Longer than a slow machine takes for an answer that comes. */
const PATIENT_MS = 20_000;
const IMPATIENT_MS = 400;
/** Of a response, as documented. */
const KEPT_BYTES = 1024;

let receiver: Receiver;
let client: WebhookClient;

const clientFor = (webhookAllowPrivateNetworks: boolean, webhookTimeoutMs = PATIENT_MS) =>
  new WebhookClient(
    Object.assign(loadSettings({ NODE_ENV: 'test' }), {
      webhookTimeoutMs,
      webhookAllowPrivateNetworks,
    }),
  );
const post = (url = receiver.url, body = '{}') =>
  client.post({ url, body, headers: { 'content-type': 'application/json' } });

beforeEach(async () => {
  receiver = await Receiver.start();
  client = clientFor(true);
});
afterEach(async () => {
  client.onApplicationShutdown();
  await receiver.stop();
});

describe('WebhookClient', () => {
  it('sends the very bytes it was given', async () => {
    const body = '{"name":"größer 1/2 €","price":1.50}';
    await expect(post(receiver.url, body)).resolves.toMatchObject({ kind: 'answered', status: 204 });
    expect(receiver.received[0]?.raw.equals(Buffer.from(body))).toBe(true);
    expect(receiver.received[0]?.headers['content-length']).toBe(String(Buffer.byteLength(body)));
  });

  it('uses one connection again', async () => {
    for (let count = 0; count < 3; count++) await post();
    expect(receiver.connections).toBe(1);
  });

  it('tells where the time went, and which address it came to', async () => {
    receiver.answer = (response) => void setTimeout(() => response.writeHead(200).end(), 60);
    const first = (await post(receiver.url.replace('127.0.0.1', 'localhost'))).timing;
    expect(first).toEqual({
      address: expect.stringMatching(/^(127\.0\.0\.1|::1)$/),
      dnsMs: expect.any(Number),
      connectMs: expect.any(Number),
      firstByteMs: expect.any(Number),
    });
    expect(first.firstByteMs).toBeGreaterThanOrEqual(55);
    const again = (await post(receiver.url.replace('127.0.0.1', 'localhost'))).timing;
    expect(again).toMatchObject({ address: first.address, dnsMs: null, connectMs: null });
  });

  it('follows no redirect that would turn the POST into a GET, and its 200 into a delivery', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      receiver.answer = (response, { url }) =>
        url === '/hook'
          ? response.writeHead(status, { location: '/elsewhere' }).end()
          : response.writeHead(200).end();
      await expect(post()).resolves.toMatchObject({ kind: 'answered', status });
    }
    expect(receiver.received.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array(5).fill('POST /hook'),
    );
  });

  it('keeps 1 KB of a response, and does not wait for one that never ends', async () => {
    receiver.answer = (response) => {
      response.writeHead(200);
      const pour = () => {
        if (!response.destroyed) response.write('x'.repeat(16_384), () => setImmediate(pour));
      };
      pour();
    };
    await expect(post()).resolves.toMatchObject({
      kind: 'answered',
      status: 200,
      retryAfter: undefined,
      response: 'x'.repeat(KEPT_BYTES),
    });
  });

  it('does not unpack a gzip', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    receiver.answer = (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    await expect(post()).resolves.toMatchObject({
      kind: 'answered',
      status: 200,
      response: '(packed as gzip, which was not asked for)',
    });
    expect(receiver.received[0]?.headers['accept-encoding']).toBe('identity');
  });

  const becomeImpatient = () => {
    client.onApplicationShutdown();
    client = clientFor(true, IMPATIENT_MS);
  };
  const timedOut = (phase: string) =>
    expect.objectContaining({ kind: 'failed', error: `timed out after 0.4 s ${phase}` });

  it('gives up on an endpoint that does not answer', async () => {
    becomeImpatient();
    receiver.answer = () => undefined;
    await expect(post()).resolves.toEqual(timedOut('waiting for the response'));
  });

  it('gives up on an endpoint that sends its headers at once and then drips: the timeout is not for the headers only', async () => {
    becomeImpatient();
    receiver.answer = (response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write('.'), 20);
      response.on('close', () => clearInterval(drip));
    };
    await expect(post()).resolves.toEqual(timedOut('reading the response'));
  });

  it('says why there was no answer, in words a merchant understands', async () => {
    receiver.answer = (response) => response.destroy();
    await expect(post()).resolves.toMatchObject({
      kind: 'failed',
      error: 'the connection was closed before an answer came',
    });
    const { url } = receiver;
    await receiver.stop();
    await expect(post(url)).resolves.toMatchObject({ kind: 'failed', error: 'connection refused' });
  });

  it('connects to no private address, however it is written', async () => {
    client.onApplicationShutdown();
    client = clientFor(false);
    const { port } = new URL(receiver.url);
    const hosts = [
      ...['127.0.0.1', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0'],
      ...['localhost', '[::1]', '[::ffff:127.0.0.1]', '[::]', '[64:ff9b::7f00:1]'],
    ];
    for (const host of hosts) {
      await expect(post(`http://${host}:${port}/hook`)).resolves.toMatchObject({
        kind: 'failed',
        error: expect.stringMatching(/ is at .+, which is no public address; webhooks do not go there$/),
      });
    }
    expect(receiver.connections).toBe(0);
  });

  it('uses a fresh connection when the endpoint closed the idle one at that very moment', async () => {
    await post();
    receiver.answer = (response, _request, count) => {
      if (count === 2) response.destroy();
      else response.writeHead(204).end();
    };
    await expect(post()).resolves.toMatchObject({ kind: 'answered', status: 204 });
    expect(receiver.connections).toBe(2);
  });
});

describe('WebhookClient over TLS', () => {
  const withTls = async (dates: Parameters<typeof selfSigned>[0], settings: { trusts: boolean }) => {
    const certificate = selfSigned(dates);
    const folder = tempFolder();
    const file = join(folder.path, 'ca.pem');
    writeFileSync(file, certificate.cert);
    const tls = await Receiver.start(certificate);
    const own = new WebhookClient(
      Object.assign(loadSettings({ NODE_ENV: 'test' }), { webhookCaFile: settings.trusts ? file : null }),
    );
    try {
      return {
        answer: await own.post({ url: tls.url, body: '{}', headers: {} }),
        byName: await own.post({ url: tls.url.replace('127.0.0.1', 'localhost'), body: '{}', headers: {} }),
        received: tls.received.length,
      };
    } finally {
      own.onApplicationShutdown();
      await tls.stop();
      folder.remove();
    }
  };

  it('trusts the certificates of WEBHOOK_CA_FILE, by address and by name', async () => {
    const { answer, byName } = await withTls({}, { trusts: true });
    expect(answer).toMatchObject({ kind: 'answered', status: 204 });
    expect(byName).toMatchObject({ kind: 'answered', status: 204 });
  });

  it('trusts no others, and sends them nothing', async () => {
    const { answer, received } = await withTls({}, { trusts: false });
    expect(answer).toMatchObject({ kind: 'failed', error: 'the certificate is self-signed' });
    expect(received).toBe(0);
  });

  it('says since when a certificate has expired', async () => {
    const until = new Date(Date.now() - 3 * 86_400_000);
    const dates = { from: new Date(until.getTime() - 86_400_000), until };
    const { answer, received } = await withTls(dates, { trusts: true });
    expect(answer).toMatchObject({
      kind: 'failed',
      error: `certificate expired on ${until.toISOString().slice(0, 10)}`,
    });
    expect(received).toBe(0);
  });

  it('refuses plain http in production', async () => {
    const own = new WebhookClient(
      Object.assign(loadSettings({ NODE_ENV: 'test' }), {
        nodeEnv: 'production',
        webhookAllowPrivateNetworks: false,
      }),
    );
    await expect(own.post({ url: 'http://shop.example/', body: '{}', headers: {} })).resolves.toMatchObject({
      kind: 'failed',
      error: 'webhooks go to https:// only; change the URL of the endpoint',
    });
    own.onApplicationShutdown();
  });
});

describe('WebhookClient behind a proxy', () => {
  it('is led to no private address by a redirect, however that is written', async () => {
    const targets: string[] = [];
    // Only through a proxy can a test have a public name answer: it stands for the internet.
    const { port } = new URL(receiver.url);
    const proxy = createServer().on('connect', (request, socket: Socket) => {
      targets.push(request.url!);
      const onward = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      socket.on('error', () => onward.destroy());
      return onward.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const own = new WebhookClient(
      Object.assign(loadSettings({ NODE_ENV: 'test' }), {
        webhookProxyUrl: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      }),
    );
    try {
      const inward = ['127.0.0.1', '2130706433', '0x7f000001', '0177.0.0.1', '169.254.169.254', '[::1]'];
      for (const host of inward) {
        for (const status of [301, 302, 303, 307, 308]) {
          const location = `http://${host}:${port}/inside`;
          receiver.answer = (response) => response.writeHead(status, { location }).end();
          await expect(
            own.post({ url: 'http://shop.example/hook', body: '{}', headers: {} }),
          ).resolves.toMatchObject({ kind: 'answered', status });
        }
      }
      expect(new Set(targets)).toEqual(new Set(['shop.example:80']));
      expect(new Set(receiver.received.map(({ method, url }) => `${method} ${url}`))).toEqual(
        new Set(['POST /hook']),
      );
    } finally {
      own.onApplicationShutdown();
      proxy.closeAllConnections();
      proxy.close();
    }
  });

  it('goes through it, for http and https alike, and says when it is refused', async () => {
    const certificate = selfSigned();
    const folder = tempFolder();
    writeFileSync(join(folder.path, 'ca.pem'), certificate.cert);
    const tls = await Receiver.start(certificate);
    const targets: string[] = [];
    let isOpen = true;
    const proxy = createServer().on('connect', (request, socket: Socket) => {
      targets.push(`${request.url} ${request.headers['proxy-authorization']}`);
      if (!isOpen) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
      const [host, port] = request.url!.split(':');
      const onward = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        socket.pipe(onward).pipe(socket);
      });
      socket.on('error', () => onward.destroy());
      return onward.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const own = new WebhookClient(
      Object.assign(loadSettings({ NODE_ENV: 'test' }), {
        webhookCaFile: join(folder.path, 'ca.pem'),
        webhookProxyUrl: `http://me:secret@127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      }),
    );
    try {
      for (const { url } of [receiver, tls]) {
        await expect(own.post({ url, body: '{}', headers: {} })).resolves.toMatchObject({ status: 204 });
      }
      const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
      expect(targets).toEqual([receiver, tls].map(({ url }) => `${new URL(url).host} ${authorization}`));
      isOpen = false;
      await expect(own.post({ url: 'https://shop.example', body: '{}', headers: {} })).resolves.toMatchObject(
        {
          kind: 'failed',
          error: 'the proxy answered 403 when asked for a connection',
        },
      );
    } finally {
      own.onApplicationShutdown();
      await tls.stop();
      proxy.closeAllConnections();
      proxy.close();
      folder.remove();
    }
  });
});
