import { PostgresClient } from '../../database/postgres-client.js';
import { DEV_CHAIN_ID, type FollowedTo, type RunningDevChain } from './dev-chain.js';
import { type HeldFunds } from './held-funds.js';
import { type Address, type Asset } from '../../ids/ids.js';

/** How far the database has followed the dev chain; null when it has not. */
export function followedTo(databaseUrl: string): Promise<FollowedTo | null> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query<{ block_number: string; block_time: Date }>(
      'SELECT block_number, block_time FROM chain_cursors WHERE chain_id = $1',
      [DEV_CHAIN_ID],
    );
    const [cursor] = rows;
    if (!cursor) return null;
    return { number: Number(cursor.block_number), time: cursor.block_time, held: await heldFunds(client) };
  });
}

/**
 * Lets the scanner go on with a dev chain that took the place of a lost one, from a block on. What the ledger says was
 * put there before that block: transfers and payments stay as they are, and transactions of ours that were not final
 * are sent again.
 */
export async function followNewChain(
  databaseUrl: string,
  from: NonNullable<RunningDevChain['replacedBy']>,
): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query('BEGIN');
    await client.query('DELETE FROM chain_blocks WHERE chain_id = $1', [DEV_CHAIN_ID]);
    await client.query(
      'INSERT INTO chain_blocks (chain_id, block_number, block_hash, block_time) VALUES ($1, $2, $3, $4)',
      [DEV_CHAIN_ID, from.number, from.hash, from.time],
    );
    await client.query(
      `UPDATE chain_cursors SET block_number = $2, block_hash = $3, block_time = $4, reorged_to = NULL, updated_at = now()
       WHERE chain_id = $1`,
      [DEV_CHAIN_ID, from.number, from.hash, from.time],
    );
    await client.query('COMMIT');
  });
}

/** As if what we signed and is not final had not been mined: it is sent again. */
async function heldFunds(client: PostgresClient): Promise<HeldFunds> {
  const balances = await client.query<{ address: Address; token_address: Asset; sum: string }>(
    `SELECT entry.address, entry.token_address, sum(entry.amount) FROM ledger_entries entry
     JOIN ledger_transactions booked ON booked.id = entry.transaction_id
     WHERE entry.chain_id = $1 AND entry.account IN ('deposit', 'gas_tank', 'payout')
       AND NOT EXISTS (SELECT FROM outgoing_transactions WHERE booked.subject = 'outgoing:' || id AND finished_at IS NULL)
     GROUP BY entry.address, entry.token_address HAVING sum(entry.amount) > 0`,
    [DEV_CHAIN_ID],
  );
  const nonces = await client.query<{ from_address: Address; nonce: string }>(
    `SELECT from_address, coalesce(min(nonce) FILTER (WHERE finished_at IS NULL), max(nonce) + 1) AS nonce
     FROM outgoing_transactions WHERE chain_id = $1 GROUP BY from_address`,
    [DEV_CHAIN_ID],
  );
  return {
    balances: balances.rows.map(({ address, token_address: tokenAddress, sum }) => ({
      address,
      tokenAddress,
      amount: BigInt(sum),
    })),
    nonces: nonces.rows.map(({ from_address: address, nonce }) => ({ address, nonce: Number(nonce) })),
  };
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
