/* POST /payments per second of the real process, against bare Fastify and one INSERT on the same Postgres. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { QuittanceProcess } from '../test/harness/quittance-process.js';
import { tempFolder } from '../test/harness/temp-folder.js';
import { publish } from './report.js';
import { load } from './run-load.js';

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
  const payments = median(rates.map((rate) => rate.payments));
  const inserts = median(rates.map((rate) => rate.inserts));
  publish({
    name: 'api',
    figures: {
      'POST /payments /s': payments,
      'bare Fastify + INSERT /s': inserts,
      'start to ready, empty data folder, ms': readyAfterMs,
    },
    ratios: {
      'to bare Fastify + INSERT': median(rates.map((rate) => rate.payments / rate.inserts)),
    },
  });
} finally {
  bare.kill();
  await quittance.end();
  folder.remove();
}
process.exit(0);

function median(values: number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}
