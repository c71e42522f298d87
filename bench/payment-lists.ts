/*
 * How long a page of GET /payments takes in the database for each filter and for several together, of a merchant with most of
 * a million payments and of one with a hundred, and how many rows are looked at for it: `-- --payments 1000000`, `--plans`.
 */
import { DataSource, type Logger } from 'typeorm';
import { PaymentRecords } from '../src/payments/payment-records.js';
import { type PaymentFilter, PaymentsRepository } from '../src/payments/payments.repository.js';
import { NamedAssets } from '../src/payments/named-assets.js';
import { dataSourceOptions } from '../src/database/data-source.js';
import { startDatabase } from './database.js';
import { fillPayments, type Filled } from './filled-payments.js';
import { type Plan, rowsVisited, scannedWhole } from './query-plan.js';
import { publish } from './report.js';

const LIMIT = 26;
const REPEATS = 5;
const PAGES_MS = 50;

type Narrowed = Omit<PaymentFilter, 'merchantId' | 'limit'>;

const argument = process.argv[process.argv.indexOf('--payments') + 1];
const count = process.argv.includes('--payments') ? Number(argument) : 1_000_000;
const database = await startDatabase();
const filled = await fillPayments(database.client, count);

let last: { query: string; parameters: unknown[] } | null = null;
const keepFirst = {
  logQuery: (query: string, parameters: unknown[] = []) => {
    if (!query.startsWith('BEGIN')) last ??= { query, parameters };
  },
} as unknown as Logger;
const dataSource = await new DataSource({
  ...dataSourceOptions(database.url),
  logging: ['query'],
  logger: keepFirst,
}).initialize();
const records = new PaymentRecords(new NamedAssets([]), { publicUrl: null } as never);
const payments = new PaymentsRepository(dataSource, records, {} as never, {} as never, [], []);

const figures: Record<string, number> = {};
let worstMs = 0;
let mostRows = 0;
const whole: string[] = [];
for (const [size, merchantId] of Object.entries(filled.merchants))
  for (const [name, filter] of Object.entries(casesOf(filled))) {
    const took: number[] = [];
    for (let repeat = 0; repeat < REPEATS; repeat += 1) {
      last = null;
      const from = performance.now();
      await payments.inOneMoment((manager) =>
        payments.list(manager, { merchantId, limit: LIMIT, ...filter }),
      );
      took.push(performance.now() - from);
    }
    const { query, parameters } = last as unknown as { query: string; parameters: unknown[] };
    const explain = process.argv.includes('--plans') ? 'EXPLAIN (ANALYZE)' : 'EXPLAIN (ANALYZE, FORMAT JSON)';
    const explained = await dataSource.query<Record<'QUERY PLAN', unknown>[]>(
      `${explain} ${query}`,
      parameters,
    );
    if (process.argv.includes('--plans')) {
      console.log(`\n${size}: ${name}: ${took.map((ms) => ms.toFixed(1)).join(' ')} ms`);
      console.log(explained.map((row) => row['QUERY PLAN']).join('\n'));
      continue;
    }
    const [{ Plan: plan }] = explained[0]?.['QUERY PLAN'] as [{ Plan: Plan }];
    const ms = took.sort((a, b) => a - b)[Math.floor(REPEATS / 2)] as number;
    const rows = rowsVisited(plan);
    if (scannedWhole(plan)) whole.push(`${size}: ${name}`);
    figures[`${size}: ${name}, ms`] = ms;
    figures[`${size}: ${name}, rows`] = rows;
    worstMs = Math.max(worstMs, ms);
    mostRows = Math.max(mostRows, rows);
  }
publish({
  name: 'payment-lists',
  figures: { payments: count, ...figures, 'the slowest, ms': worstMs, 'most rows looked at': mostRows },
  ratios: { 'the slowest to 50 ms': worstMs / PAGES_MS },
});
if (whole.length > 0) console.error(`a table was read from end to end: ${whole.join('; ')}`);
await dataSource.destroy();
await database.stop();
process.exit(whole.length > 0 ? 1 : 0);

/** Each alone, and those together that shops and their bookkeepers ask for; with values that are common, rare and of long ago. */
function casesOf({ at, rareChain, token, address, txHash, reference }: Filled): Record<string, Narrowed> {
  const year = { createdAfter: at(0.2), createdBefore: at(0.7) };
  const hour = { createdAfter: at(0.5), createdBefore: new Date(at(0.5).getTime() + 3_600_000) };
  const euros = { currency: 'EUR' };
  return {
    nothing: {},
    'a page in the middle': { after: filled.idAt(0.5) },
    'status settled': { statuses: ['settled'] },
    'status failed, which is rare': { statuses: ['failed'] },
    'status pending, detected': { statuses: ['pending', 'detected'] },
    'status settled, failed': { statuses: ['settled', 'failed'] },
    'status expired, settled, in the middle': { statuses: ['expired', 'settled'], after: filled.idAt(0.5) },
    'six statuses': {
      statuses: ['pending', 'partially_paid', 'detected', 'confirmed', 'failed', 'cancelled'],
    },
    'chain, common': { chain: 'one' },
    'chain, rare': { chain: rareChain },
    'chain of long ago': { chain: 'old' },
    'asset, native': { asset: { chainId: 1 as never, tokenId: null } },
    'asset, token': { asset: { chainId: 1 as never, tokenId: token } },
    'asset, native, rare': { asset: { chainId: 3 as never, tokenId: null } },
    'asset, native, of long ago': { asset: { chainId: 4 as never, tokenId: null } },
    'statuses of long ago': { chain: 'old', statuses: ['settled', 'expired'] },
    'currency EUR': euros,
    'currency JPY, which is rare': { currency: 'JPY' },
    'currency that nobody uses': { currency: 'XCG' },
    'price 10 to 20 EUR': { ...euros, priceMin: 1_000n, priceMax: 2_000n },
    'price exactly 49.90 EUR': { ...euros, priceMin: 4_990n, priceMax: 4_990n },
    'price above 999.90 EUR': { ...euros, priceMin: 99_990n },
    'price below 0.10 EUR': { ...euros, priceMax: 9n },
    'price that nothing has': { ...euros, priceMin: 5_000_000n },
    'half of the time': year,
    'an hour': hour,
    reference: { reference },
    address: { address },
    'tx hash': { txHash },
    'status failed, EUR': { ...euros, statuses: ['failed'] },
    'status pending, detected, EUR, an hour': { ...euros, ...hour, statuses: ['pending', 'detected'] },
    'status settled, chain rare': { statuses: ['settled'], chain: rareChain },
    'status failed, chain of long ago': { statuses: ['failed'], chain: 'old' },
    'status settled, expired, price 10 to 20 EUR, half of the time': {
      ...euros,
      ...year,
      statuses: ['settled', 'expired'],
      priceMin: 1_000n,
      priceMax: 2_000n,
    },
    'token, price 49.90 EUR': {
      ...euros,
      asset: { chainId: 1 as never, tokenId: token },
      priceMin: 4_990n,
      priceMax: 4_990n,
    },
    'native, JPY, settled': {
      currency: 'JPY',
      statuses: ['settled'],
      asset: { chainId: 1 as never, tokenId: null },
    },
    'address, status, EUR, half of the time': { ...euros, ...year, address, statuses: ['settled'] },
    'tx hash, status, EUR': { ...euros, txHash, statuses: ['settled'] },
  };
}
