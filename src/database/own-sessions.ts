import { withConnection } from './connect.js';
import { type PostgresClient } from './postgres-client.js';

export class SharedSessionsError extends Error {
  constructor() {
    super(
      'DATABASE_URL leads to a connection pooler in transaction mode, which shares sessions among its clients: ' +
        'locks, LISTEN and SET do not hold there. Set pool_mode=session for this database (PgBouncer), ' +
        'or use the URL that leads to Postgres itself',
    );
  }
}

const ROUNDS = 3;
const APPLICATION = 'quittance session check';
/** Of a question to Postgres. A pooler without a connection to spare would let us wait forever. */
const ANSWER_TIMEOUT_MS = 10_000;

/**
 * Our locks and our listening belong to a session with Postgres. A pooler that gives a connection back after each
 * transaction would lose them in silence, so it is found out: while another client is inside a transaction, ours must
 * be answered by the backend that answered it before, and the other one by a backend of its own.
 * @throws SharedSessionsError; DatabaseUnreachableError
 */
export async function requireOwnSessions(url: string): Promise<void> {
  const options = { query_timeout: ANSWER_TIMEOUT_MS };
  const ask = (client: PostgresClient) =>
    withConnection(
      url,
      APPLICATION,
      async (other) => {
        for (let round = 0; round < ROUNDS; round += 1) await compare(client, other);
      },
      options,
    );
  await withConnection(url, APPLICATION, ask, options);
}

async function compare(client: PostgresClient, other: PostgresClient): Promise<void> {
  const before = await backendOf(client);
  await begin(other);
  const elsewhere = await backendOf(other);
  if (elsewhere === before) throw new SharedSessionsError();
  const after = await backendOf(client);
  await other.query('COMMIT');
  if (after !== before) throw new SharedSessionsError();
}

async function begin(client: PostgresClient): Promise<void> {
  try {
    await client.query('BEGIN');
  } catch (error) {
    // PgBouncer in statement mode refuses transactions altogether.
    if ((error as Error).message.includes('statement pooling')) throw new SharedSessionsError();
    throw error;
  }
}

async function backendOf(client: PostgresClient): Promise<number | undefined> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return rows[0]?.pid;
}
