/* Block mined → page updated, with 500 pages open on one process, and what an open page costs in memory. */
import { readFileSync } from 'node:fs';
import { Agent, get, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { callRpc } from '../src/chain/dev-chain/anvil.js';
import { type PaymentView } from '../src/payments/payment.view.js';
import { pay } from '../test/harness/dev-payments.js';
import { QuittanceProcess } from '../test/harness/quittance-process.js';
import { tempFolder } from '../test/harness/temp-folder.js';
import { publish } from './report.js';

const PAGES = 500;
const ROUNDS = 5;
const PAID_A_ROUND = 20;
const agent = new Agent({ maxSockets: Infinity, keepAlive: true });
const folder = tempFolder();
const quittance = await QuittanceProcess.start(folder.path, { LOG_LEVEL: 'warn' });

interface OpenPage {
  payment: PaymentView;
  path: string;
  /** When it was told of news, and when its newest copy first said that the payment was seen, ms since the epoch. */
  toldAt: number | null;
  seenAt: number | null;
}

const memoryMb = () =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${quittance['child'].pid}/status`, 'utf8'))?.[1]) /
  1024;

function answerOf(path: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(`${quittance.url}${path}`, { agent }, resolve).once('error', reject);
  });
}

async function textOf(path: string): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of await answerOf(path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** As a browser does: each event has the page fetched again. */
async function open(payment: PaymentView): Promise<OpenPage> {
  const page: OpenPage = {
    payment,
    path: new URL(payment.pay_url as string).pathname,
    toldAt: null,
    seenAt: null,
  };
  const shown = /"mark":"([^"]+)"/.exec(await textOf(page.path))?.[1] ?? '';
  const stream = await answerOf(`${page.path}/events?shown=${shown}`);
  if (stream.statusCode !== 200) throw new Error(`no stream: ${stream.statusCode}`);
  stream.on('error', () => undefined);
  stream.on('data', (chunk: Buffer) => {
    if (!/^data:/m.test(chunk.toString()) || /^event:/m.test(chunk.toString())) return;
    const toldAt = Date.now();
    textOf(page.path).then(
      (markup) => {
        if (markup.includes('data-situation="waiting"')) return;
        page.toldAt ??= toldAt;
        page.seenAt ??= Date.now();
      },
      () => undefined,
    );
  });
  return page;
}

async function minedAt(hash: string): Promise<number> {
  for (;;) {
    const receipt = await callRpc<object | null>(quittance.devChainUrl, 'eth_getTransactionReceipt', [hash]);
    if (receipt) return Date.now();
    await delay(10);
  }
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] as number;
}

try {
  const payments: PaymentView[] = [];
  for (let made = 0; made < PAGES; made += 1) {
    const body = { chain: 'devchain', amount: '1000' };
    payments.push(await quittance.request<PaymentView>('POST', '/payments', body));
  }
  await delay(2_000);
  const before = memoryMb();
  const pages = await Promise.all(payments.map(open));
  await delay(2_000);
  const after = memoryMb();
  const delays: number[] = [];
  const fetches: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const paid = pages.slice(round * PAID_A_ROUND, (round + 1) * PAID_A_ROUND);
    await Promise.all(
      paid.map(async (page) => {
        const mined = await minedAt(await pay(quittance, page.payment));
        while (page.seenAt === null) await delay(5);
        delays.push(Math.max(0, page.seenAt - mined));
        fetches.push(page.seenAt - (page.toldAt ?? mined));
      }),
    );
  }
  publish({
    name: 'checkout',
    figures: {
      'pages open': PAGES,
      'block mined to page updated, p50, ms': percentile(delays, 0.5),
      'block mined to page updated, p99, ms': percentile(delays, 0.99),
      'of it: told to updated, p99, ms': percentile(fetches, 0.99),
      'memory of an open page, kB': ((after - before) * 1024) / PAGES,
    },
    ratios: {},
  });
} finally {
  agent.destroy();
  await quittance.end();
  folder.remove();
}
