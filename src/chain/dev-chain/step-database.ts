import { PostgresClient } from '../../database/postgres-client.js';
import { DEV_CHAIN_ID, type FollowedTo, type RunningDevChain } from './dev-chain.js';

/** How far the database has followed the dev chain; null when it has not. */
export async function followedTo(databaseUrl: string): Promise<FollowedTo | null> {
  const [cursor] = await withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ block_number: string; block_time: Date }>(
      'SELECT block_number, block_time FROM chain_cursors WHERE chain_id = $1',
      [DEV_CHAIN_ID],
    );
    return rows;
  });
  return cursor ? { number: Number(cursor.block_number), time: cursor.block_time } : null;
}

/**
 * Lets the scanner go on with a dev chain that took the place of a lost one. Payments that were final stay; what had
 * been seen for the others went with the old chain, and they are looked at again.
 */
export async function followNewChain(
  databaseUrl: string,
  first: NonNullable<RunningDevChain['replacedBy']>,
): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query('BEGIN');
    await client.query(
      `UPDATE transfers SET state = 'orphaned' FROM payments p
       WHERE p.id = payment_id AND transfers.chain_id = $1 AND state = 'included' AND p.status NOT IN ('confirmed', 'settled')`,
      [DEV_CHAIN_ID],
    );
    await client.query(
      `UPDATE payments SET recheck_at_block = 0 WHERE chain_id = $1 AND amount_received > 0 AND status NOT IN ('confirmed', 'settled')`,
      [DEV_CHAIN_ID],
    );
    await client.query('DELETE FROM chain_blocks WHERE chain_id = $1', [DEV_CHAIN_ID]);
    await client.query(
      'INSERT INTO chain_blocks (chain_id, block_number, block_hash, block_time) VALUES ($1, $2, $3, $4)',
      [DEV_CHAIN_ID, first.number, first.hash, first.time],
    );
    await client.query(
      'UPDATE chain_cursors SET block_number = $2, block_hash = $3, block_time = $4, updated_at = now() WHERE chain_id = $1',
      [DEV_CHAIN_ID, first.number, first.hash, first.time],
    );
    await client.query('COMMIT');
  });
}

async function withClient<T>(url: string, work: (client: PostgresClient) => Promise<T>): Promise<T> {
  const client = new PostgresClient({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
