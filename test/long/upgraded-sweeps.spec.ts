import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type SweepView } from '../../src/sweeper/sweep.view.js';
import { quittance } from '../harness/command-line.js';
import { TestApp } from '../harness/app.js';
import { type TestDatabase } from '../harness/database.js';
import { dumpedDatabase } from '../harness/dumped-database.js';
import { TestChain } from '../harness/test-chain.js';

/** As 0.1.0 left it when it was killed, by pg_dump 15: three payments swept, ether and a token, and two on their way. */
const DUMP = '0.1.0-with-sweeps.sql.gz';

const MNEMONIC = `${'abandon '.repeat(11)}about`;

describe('the upgrade from 0.1.0 in the middle of sweeps', () => {
  let database: TestDatabase;
  let chain: TestChain;
  let app: TestApp | null = null;

  beforeAll(async () => {
    database = await dumpedDatabase(DUMP);
    chain = await TestChain.start({ name: 'devchain' });
  });
  afterAll(async () => {
    await app?.close();
    await chain?.stop();
    await database?.drop();
  });

  const rows = <T>(sql: string) => database.dataSource.query<T[]>(sql);
  const balances = () =>
    rows<{ account: string; balance: string }>(
      'SELECT account, sum(amount)::text AS balance FROM ledger_entries GROUP BY 1 ORDER BY 1',
    );

  it('keeps every sweep with its transaction, and the books as they were', async () => {
    const sweeps = () => rows('SELECT id, state, outgoing_id FROM sweeps ORDER BY id');
    const signed = () => rows('SELECT id, state, nonce FROM outgoing_transactions ORDER BY id');
    const before = [await sweeps(), await signed(), await balances()];
    expect(before[0]).toHaveLength(5);
    const ran = await quittance(['migrate', '--json'], { DATABASE_URL: database.url });
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
    expect([await sweeps(), await signed(), await balances()]).toEqual(before);
  });

  it('shows those that were final, and which payments they settled', async () => {
    const [merchant] = await rows<{ id: string }>('SELECT DISTINCT merchant_id AS id FROM payments');
    const made = await quittance(
      ['key', 'create', '--merchant', merchant?.id ?? '', '--name', 'after', '--json'],
      { DATABASE_URL: database.url },
    );
    const { key } = JSON.parse(made.out) as { key: string };
    app = await TestApp.start({
      database,
      chains: [chain.config],
      settings: { roles: ['api'], mnemonic: MNEMONIC },
    });
    const headers = { authorization: `Bearer ${key}` };
    const { body: payments } = await app.request<{ data: PaymentView[] }>(
      'GET',
      '/api/v1/payments?status=settled',
      undefined,
      headers,
    );
    expect(payments.data.map(({ symbol }) => symbol).sort()).toEqual(['ETH', 'ETH', 'TUSD']);
    const { body: sweeps } = await app.request<{ data: SweepView[] }>(
      'GET',
      '/api/v1/sweeps',
      undefined,
      headers,
    );
    expect(sweeps.data.map(({ status }) => status).sort()).toEqual([
      ...['confirmed', 'confirmed', 'confirmed'],
      ...['sent', 'sent'],
    ]);
    for (const { sweep } of payments.data)
      expect(sweeps.data.map(({ tx_hash: hash }) => hash)).toContain(sweep?.tx_hash);
  });
});
