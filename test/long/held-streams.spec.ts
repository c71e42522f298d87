import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { unusedPort } from '../../src/process/ports.js';
import { create, pay } from '../harness/dev-payments.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

const CLIENTS = 2_000;
const PER_PAYMENT = 20;
/** Of a stream that is held: both ends of its socket in the kernel are not in it, Node's objects are. */
const MOST_KB_A_STREAM = 60;
/** On a machine that does much else; 80 ms on a quiet one. */
const MOST_MS_A_REQUEST = 3_000;

const folder = tempFolder();
const sockets: Socket[] = [];
let quittance: QuittanceProcess;
let payments: PaymentView[];
let metricsPort: number;

beforeAll(async () => {
  metricsPort = await unusedPort();
  quittance = await QuittanceProcess.start(folder.path, {
    LOG_LEVEL: 'warn',
    TRUSTED_PROXIES: '127.0.0.1',
    // Behind a proxy the API's own port shows metrics to nobody.
    METRICS_PORT: String(metricsPort),
    CHECKOUT_LIVE_PAGES: String(CLIENTS),
  });
  payments = [];
  while (payments.length <= CLIENTS / PER_PAYMENT) payments.push(await create(quittance));
});
afterAll(async () => {
  sockets.forEach((socket) => socket.destroy());
  await quittance.end();
  folder.remove();
});

const pathOf = ({ pay_url: url }: PaymentView) => new URL(url ?? '').pathname;
const memoryKb = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${quittance['child'].pid}/status`, 'utf8'))?.[1]);
const openStreams = async () =>
  Number(
    /^quittance_checkout_live_pages (\d+)$/m.exec(
      await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text(),
    )?.[1],
  );

/** A client that asks once, of an address of its own, and reads nothing of what it is sent, or all of it. */
function hold(path: string, index: number, reads: boolean): Promise<Socket> {
  const { hostname, port } = new URL(quittance.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: ${hostname}\r\nx-forwarded-for: 10.${index >> 8}.${index & 255}.1\r\n\r\n`,
      );
      if (reads) socket.on('data', () => undefined);
      resolve(socket);
    });
    socket.on('error', reject);
    sockets.push(socket);
  });
}

async function slowestMs(): Promise<number> {
  let slowest = 0;
  for (let asked = 0; asked < 20; asked += 1) {
    const begunMs = performance.now();
    await create(quittance);
    slowest = Math.max(slowest, performance.now() - begunMs);
  }
  return slowest;
}

it('holds 2,000 streams, half of which read nothing, in bounded memory, and serves the others as before', async () => {
  const [others = payments[0] as PaymentView, ...held] = payments;
  const before = { kb: memoryKb(), ms: await slowestMs() };
  for (let from = 0; from < CLIENTS - 1; from += 100)
    await Promise.all(
      Array.from({ length: Math.min(100, CLIENTS - 1 - from) }, (_, offset) => {
        const index = from + offset;
        const payment = held[Math.floor(index / PER_PAYMENT)] as PaymentView;
        return hold(`${pathOf(payment)}/events`, index, index % 2 === 0);
      }),
    );
  await waitFor('all of them to be held', async () => (await openStreams()) === CLIENTS - 1, 60_000);

  const reading = new AbortController();
  const { signal } = reading;
  const headers = { 'x-forwarded-for': '192.0.2.1' };
  const stream = await fetch(`${quittance.url}${pathOf(others)}/events`, { signal, headers });
  expect(stream.status).toBe(200);
  const refused = await fetch(`${quittance.url}${pathOf(others)}/events`, { headers });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '30']);

  let heardAt = 0;
  const listening = (async () => {
    for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>)
      if (/id: [2-9]/.test(Buffer.from(chunk).toString())) return void (heardAt = performance.now());
  })();
  // News for those that read nothing, too.
  await Promise.all(held.slice(0, 20).map((payment) => pay(quittance, payment)));
  await pay(quittance, others);
  const paidAt = performance.now();
  await waitFor('the page that reads to hear of its payment', () => Promise.resolve(heardAt > 0), 60_000);
  const page = await fetch(`${quittance.url}${pathOf(others)}`, { headers });
  expect(await page.text()).toContain('data-situation="seen"');
  const ms = await slowestMs();
  const kbOfOne = (memoryKb() - before.kb) / CLIENTS;
  process.stderr.write(
    `held streams: ${kbOfOne.toFixed(1)} kB each; told after ${(heardAt - paidAt).toFixed(0)} ms; ` +
      `slowest of 20 requests ${before.ms.toFixed(0)} ms before, ${ms.toFixed(0)} ms beside them\n`,
  );
  expect(kbOfOne).toBeLessThan(MOST_KB_A_STREAM);
  expect(ms).toBeLessThan(MOST_MS_A_REQUEST);

  reading.abort();
  await listening.catch(() => undefined);
  sockets.forEach((socket) => socket.destroy());
  await waitFor('all of them to be forgotten', async () => (await openStreams()) === 0, 60_000);
  expect((await fetch(`${quittance.url}${pathOf(others)}/events`, { headers })).status).toBe(200);
});
