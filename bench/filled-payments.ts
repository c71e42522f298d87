import { type Client } from 'pg';

/** What a database was filled with, to ask for. */
export interface Filled {
  /** By how many payments they have. */
  merchants: Record<'large' | 'middle' | 'small', string>;
  /** A moment, as a share of the time that payments were made in. */
  at: (share: number) => Date;
  idAt: (share: number) => string;
  token: string;
  rareChain: string;
  address: string;
  txHash: string;
  reference: string;
}

const LARGE = '019aafd6-5c80-7a3e-8f10-000000000001';
const MIDDLE = '019aafd6-5c80-7a3e-8f10-000000000002';
const SMALL = '019aafd6-5c80-7a3e-8f10-0000000001';
const TOKEN = '9a3f0f0e-51a4-5f0e-8e39-0f2f5f0c7a11';
const START_MS = Date.UTC(2025, 0, 1);
const APART_MS = 60_000;
const TABLES = ['payments', 'payment_options', 'transfers'];

/**
 * Payments a minute apart: nine of ten are the large merchant's, nine of a hundred the middle one's, the others those of a
 * hundred small ones. Statuses, chains and currencies are as unevenly spread as in life; open payments are new, and one chain
 * was used long ago alone. Each has two options, and every second a transfer.
 */
export async function fillPayments(client: Client, count: number): Promise<Filled> {
  await client.query('SET synchronous_commit = off');
  await client.query('SET session_replication_role = replica');
  const indexes = await withoutIndexes(client);
  await client.query(
    `INSERT INTO merchants (id, name)
     SELECT $1::uuid, 'middle' UNION ALL
     SELECT ('${SMALL}' || lpad(i::text, 2, '0'))::uuid, 'small' FROM generate_series(0, 99) i`,
    [MIDDLE],
  );
  await client.query(
    `INSERT INTO tokens (id, chain_id, address, symbol, decimals, enabled) VALUES ($1, 1, '0x${'c0'.repeat(20)}', 'USDC', 6, true)`,
    [TOKEN],
  );
  await client.query(PAYMENTS, [count, START_MS, APART_MS]);
  await client.query(OPTIONS);
  await client.query(TRANSFERS);
  for (const index of indexes) await client.query(index);
  await client.query('SET session_replication_role = DEFAULT');
  await client.query('ANALYZE');
  // The hash of a transaction that pays a payment of the large merchant.
  const { rows } = await client.query<{ address: string; tx_hash: string; reference: string }>(
    `SELECT address, tx_hash, reference FROM payments JOIN transfers ON payment_id = payments.id
     WHERE payments.merchant_id = $1 AND price_currency = 'EUR' AND status = 'settled' ORDER BY payments.id OFFSET $2 LIMIT 1`,
    [LARGE, Math.floor(count / 20)],
  );
  const {
    address,
    tx_hash: txHash,
    reference,
  } = rows[0] as { address: string; tx_hash: string; reference: string };
  const at = (share: number) => new Date(START_MS + Math.floor(share * count) * APART_MS);
  return {
    merchants: { large: LARGE, middle: MIDDLE, small: `${SMALL}07` },
    at,
    idAt: (share) => idOf(at(share).getTime()),
    token: TOKEN,
    rareChain: 'rare',
    address,
    txHash,
    reference,
  };
}

function idOf(ms: number): string {
  const hex = ms.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

/** Filled and then indexed is several times faster. @returns what brings them back */
async function withoutIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ indexname: string; indexdef: string }>(
    `SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY($1) AND indexname NOT LIKE '%pkey'`,
    [TABLES],
  );
  for (const { indexname } of rows) await client.query(`DROP INDEX ${indexname}`);
  return rows.map(({ indexdef }) => indexdef);
}

/** The number of a payment decides all of it, without a pattern that two columns share. */
const PAYMENTS = `
  INSERT INTO payments (id, merchant_id, chain_id, chain, token_id, address, deposit_scheme, derivation_index, amount,
    price_amount, price_currency, price_decimals, status, reference, expires_at, created_at)
  SELECT (substr(hex, 1, 8) || '-' || substr(hex, 9, 4) || '-7000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
    (CASE WHEN i % 10 < 9 THEN '${LARGE}' WHEN i % 100 < 99 THEN '${MIDDLE}'
      ELSE '${SMALL}' || lpad((i / 100 % 100)::text, 2, '0') END)::uuid,
    chain_id, (ARRAY['one', 'two', 'rare', 'old'])[chain_id],
    CASE WHEN chain_id = 1 AND r2 < 0.6 THEN '${TOKEN}'::uuid END,
    '0x' || lpad(to_hex(i), 40, '0'), 'hd', i, 1000000,
    CASE WHEN currency IS NULL THEN NULL ELSE 1 + floor(100000 * r4 * r4) END, currency,
    CASE currency WHEN 'JPY' THEN 0 WHEN 'EUR' THEN 2 WHEN 'USD' THEN 2 END,
    CASE WHEN i > $1 - 500 THEN (ARRAY['pending', 'detected', 'partially_paid', 'confirmed'])[1 + i % 4]
      WHEN r3 < 0.0002 THEN 'failed' WHEN r3 < 0.005 THEN 'cancelled' WHEN r3 < 0.2 THEN 'expired' ELSE 'settled' END,
    CASE WHEN i % 3 > 0 THEN 'order ' || i END, at + interval '30 minutes', at
  FROM (
    SELECT i::bigint, lpad(to_hex(($2::bigint + i * $3::bigint)::bigint), 12, '0') AS hex,
      to_timestamp(($2::bigint + i * $3::bigint) / 1000.0) AS at,
      CASE WHEN i < $1 * 0.03 THEN 4 WHEN random() < 0.001 THEN 3 WHEN random() < 0.25 THEN 2 ELSE 1 END AS chain_id,
      CASE WHEN r1 < 0.001 THEN 'JPY' WHEN r1 < 0.6 THEN 'EUR' WHEN r1 < 0.9 THEN 'USD' END AS currency,
      r2, r3, r4
    FROM (SELECT i, random() AS r1, random() AS r2, random() AS r3, random() AS r4
      FROM generate_series(1, $1::integer) i) drawn
  ) made`;

const OPTIONS = `
  INSERT INTO payment_options (payment_id, position, chain_id, chain, token_id, amount, required_confirmations, expires_at)
  SELECT id, position, CASE position WHEN 0 THEN chain_id ELSE 5 END, CASE position WHEN 0 THEN chain ELSE 'five' END,
    CASE position WHEN 0 THEN token_id END, amount, 12, expires_at
  FROM payments, generate_series(0, 1) position`;

const TRANSFERS = `
  INSERT INTO transfers (id, payment_id, merchant_id, chain_id, tx_hash, ordinal, block_number, block_hash, block_time,
    to_address, amount, kind, state, swept_at, created_at)
  SELECT id, id, merchant_id, chain_id, '0x' || lpad(to_hex(derivation_index / 2), 64, '0'), derivation_index,
    derivation_index, '0x' || repeat('0', 64), created_at, address, 1000000, 'native', 'included', created_at, created_at
  FROM payments WHERE derivation_index % 4 < 2`;
