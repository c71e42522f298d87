import { type Settings } from '../config/settings.js';
import { withConnection } from '../database/connect.js';
import { findEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { type DepositScheme } from '../wallet/deposit-scheme.js';
import { NEXT_INDEX } from '../wallet/next-index.js';
import { FIRST_ADDRESS_KNOWN } from '../wallet/wallet-extent.js';
import { firstAddress } from '../wallet/wallet-source.js';

/**
 * How far the database has given out a wallet's addresses, jumps included. It starts none, and waits for none: a
 * scan is for the day when the database is gone.
 * @returns null: there is none, it does not answer, or it is another wallet's
 */
export async function indicesGivenOut(
  { databaseUrl, dataDir }: Pick<Settings, 'databaseUrl' | 'dataDir'>,
  scheme: DepositScheme,
): Promise<number | null> {
  try {
    const url = databaseUrl ?? findEmbeddedPostgres(dataDir);
    if (url === null) return null;
    return await withConnection(
      url,
      'quittance wallet scan',
      async (client) => {
        const known = await client.query<{ first_address: string }>(FIRST_ADDRESS_KNOWN, [scheme.name]);
        if (known.rows[0]?.first_address !== firstAddress(scheme)) return null;
        const { rows } = await client.query<{ next: string }>(NEXT_INDEX);
        return Number(rows[0]?.next);
      },
      { connectionTimeoutMillis: 3_000, query_timeout: 3_000 },
    );
  } catch {
    return null;
  }
}
