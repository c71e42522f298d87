/* POST /payments per second of the real process, of an amount and of a price with 8 options, against bare Fastify and one INSERT. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceProcess } from '../test/harness/quittance-process.js';
import { tempFolder } from '../test/harness/temp-folder.js';
import { publish } from './report.js';
import { load } from './run-load.js';
import { pricedWorld } from './priced-world.js';

const ROUNDS = 5;
const ROUND_SECONDS = 2;
const WARM_UP_SECONDS = 3;
const folder = tempFolder();
const startedAt = performance.now();
const quittance = await QuittanceProcess.start(folder.path, { LOG_LEVEL: 'warn' });
const readyAfterMs = performance.now() - startedAt;
const password = readFileSync(join(folder.path, 'postgres/password'), 'utf8');
const port = readFileSync(join(folder.path, 'postgres/port'), 'utf8');
const databaseUrl = `postgres://quittance:${password}@127.0.0.1:${port}/quittance`;
const bare = spawn(
  process.execPath,
  ['--import', 'tsx', join(import.meta.dirname, 'bare-fastify.ts'), databaseUrl],
  {
    stdio: ['ignore', 'pipe', 'inherit'],
  },
);
const [printed] = (await once(bare.stdout, 'data')) as [Buffer];
// A second one, with four chains of two assets each.
const priced = await pricedWorld();

const body = { chain: 'devchain', amount: '1000000000000000000', reference: 'bench', metadata: { order: 1 } };
const headers = { authorization: `Bearer ${quittance.apiKey}` };
const ours = (seconds: number) => load(`${quittance.url}/api/v1/payments`, seconds, headers, body);
const baseline = (seconds: number) =>
  load(`http://127.0.0.1:${printed.toString().trim()}/`, seconds, {}, body);
try {
  await ours(WARM_UP_SECONDS);
  await baseline(WARM_UP_SECONDS);
  // In turns, and the middle of each: what else the machine does then falls on both.
  const rates: { payments: number; inserts: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rates.push({ payments: await ours(ROUND_SECONDS), inserts: await baseline(ROUND_SECONDS) });
  }
  await priced.plain(WARM_UP_SECONDS);
  await priced.priced(WARM_UP_SECONDS);
  const beside: { plain: number; priced: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    beside.push({
      plain: await priced.plain(ROUND_SECONDS),
      priced: await priced.priced(ROUND_SECONDS),
    });
  }
  const payments = median(rates.map((rate) => rate.payments));
  const inserts = median(rates.map((rate) => rate.inserts));
  publish({
    name: 'api',
    figures: {
      'POST /payments /s': payments,
      'bare Fastify + INSERT /s': inserts,
      'POST /payments with a price and 8 options /s': median(beside.map((rate) => rate.priced)),
      'GET /rates p99 ms': await priced.ratesP99Ms(),
      'start to ready, empty data folder, ms': readyAfterMs,
    },
    ratios: {
      'to bare Fastify + INSERT': median(rates.map((rate) => rate.payments / rate.inserts)),
      'price with 8 options to an amount': median(beside.map((rate) => rate.priced / rate.plain)),
    },
  });
} finally {
  bare.kill();
  await quittance.end();
  await priced.end();
  folder.remove();
}
process.exit(0);

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
