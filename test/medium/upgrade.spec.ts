import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toChainId } from '../../src/ids/ids.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { quittance } from '../harness/command-line.js';
import { type TestDatabase } from '../harness/database.js';
import { dumpedDatabase } from '../harness/dumped-database.js';
import { TestChain } from '../harness/test-chain.js';

/** As 0.1.0 left it after a day of work, both schemas, by pg_dump 15. */
const DUMP = '0.1.0.sql.gz';
/** Its wallet. */
const MNEMONIC = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
const TABLES = [
  'api_keys',
  'events',
  'ledger_entries',
  'merchants',
  'payments',
  'refunds',
  'transfers',
  'webhook_attempts',
  'webhook_deliveries',
  'webhook_endpoints',
];

describe('the upgrade from 0.1.0', () => {
  let database: TestDatabase;
  let chain: TestChain;

  beforeAll(async () => {
    database = await dumpedDatabase(DUMP);
    chain = await TestChain.start({ name: 'another', chainId: toChainId(31_338) });
  });
  afterAll(async () => {
    await chain?.stop();
    await database?.drop();
  });

  const counts = async () => {
    const rows = await Promise.all(
      TABLES.map((table) =>
        database.dataSource.query<{ count: string }[]>(`SELECT count(*) FROM public.${table}`),
      ),
    );
    return Object.fromEntries(TABLES.map((table, index) => [table, Number(rows[index]?.[0]?.count)]));
  };

  it('brings both schemas up to date, and keeps every row', async () => {
    const before = await counts();
    expect(before).toMatchObject({ payments: 4, transfers: 4, refunds: 1 });
    const ran = await quittance(['migrate', '--json'], { DATABASE_URL: database.url });
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
    expect((JSON.parse(ran.out) as { applied: string[] }).applied.length).toBeGreaterThan(5);
    expect(await counts()).toEqual(before);
    expect((await quittance(['migrate', '--status'], { DATABASE_URL: database.url })).code).toBe(0);
  });

  it('goes on with the payments there were, and gives out addresses behind theirs', async () => {
    const [merchant] = await database.dataSource.query<{ id: string }[]>(
      'SELECT DISTINCT merchant_id AS id FROM payments',
    );
    const made = await quittance(
      ['key', 'create', '--merchant', merchant?.id ?? '', '--name', 'after', '--json'],
      { DATABASE_URL: database.url },
    );
    const { key } = JSON.parse(made.out) as { key: string };
    const app = await TestApp.start({ database, chains: [chain.config], settings: { mnemonic: MNEMONIC } });
    try {
      const { body } = await app.request<{ data: PaymentView[] }>('GET', '/api/v1/payments', undefined, {
        authorization: `Bearer ${key}`,
      });
      const known = body.data.map(({ reference, status }) => [reference, status]);
      expect(Object.fromEntries(known)).toEqual({
        'order-1': 'confirmed',
        'order-2': 'confirmed',
        'order-3': 'partially_paid',
        'order-4': 'pending',
      });
      const payment = await app.createPayment({ chain: 'another' });
      expect(body.data.map(({ address }) => address)).not.toContain(payment.address);
    } finally {
      await app.close();
    }
  });
});
