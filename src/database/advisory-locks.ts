import { PostgresClient } from './postgres-client.js';

/** Postgres ends the session of a holder that says nothing for this long: hung, or cut off without a goodbye. */
const SILENCE_MS = 10_000;
const HEARTBEAT_MS = 2_000;

/**
 * Locks that one process at a time may hold, by name, for as long as its session with Postgres lives: a holder that is
 * killed loses them at once, one that hangs or is cut off within ten seconds. Losing one is noticed with a delay, so
 * what it guards must also be safe with two holders for a moment (a compare-and-set on the row that is moved).
 * (PostgreSQL: Advisory Locks; idle_session_timeout.)
 */
export class AdvisoryLocks {
  private session: Promise<PostgresClient> | null = null;
  private client: PostgresClient | null = null;
  private readonly held = new Set<string>();
  private heartbeat: NodeJS.Timeout | undefined;

  /** @param applicationName by which operators know the session */
  constructor(
    private readonly url: string,
    private readonly applicationName: string,
  ) {}

  /**
   * Takes the lock unless another session has it. Costs nothing while it is held.
   * @returns whether this process holds it
   * @throws what the connection failed with
   */
  async hold(name: string): Promise<boolean> {
    if (this.held.has(name)) return true;
    const session = (this.session ??= this.connect());
    const { rows } = await (
      await session
    ).query<{ taken: boolean }>('SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS taken', [name]);
    // A session that ended between the answer and here took the lock with it.
    const taken = rows[0]?.taken === true && this.session === session;
    if (taken) this.held.add(name);
    return taken;
  }

  /** Gives every lock back, so that another process need not wait for the silence. */
  async release(): Promise<void> {
    const session = this.session;
    this.forget();
    await session?.then((client) => client.end()).catch(() => undefined);
  }

  private async connect(): Promise<PostgresClient> {
    const client = new PostgresClient({
      connectionString: this.url,
      application_name: this.applicationName,
      keepAlive: true,
      query_timeout: SILENCE_MS,
    });
    this.client = client;
    // Whatever ended the session has ended its locks as well.
    client.on('error', () => this.lost(client));
    client.on('end', () => this.lost(client));
    try {
      await client.connect();
      await client.query(`SET idle_session_timeout = ${SILENCE_MS}`);
    } catch (error) {
      this.lost(client);
      throw error;
    }
    this.heartbeat = setInterval(() => void this.beat(client), HEARTBEAT_MS).unref();
    return client;
  }

  private async beat(client: PostgresClient): Promise<void> {
    try {
      await client.query('SELECT 1');
    } catch {
      this.lost(client);
    }
  }

  /**
   * A session that does not answer may still hold its locks: ended, so that it cannot stand in our own way. Told more
   * than once (an error, then the end), and also when another session has taken its place, which is left alone.
   */
  private lost(client: PostgresClient): void {
    if (this.client === client) this.forget();
    client.end().catch(() => undefined);
  }

  private forget(): void {
    clearInterval(this.heartbeat);
    this.session = null;
    this.client = null;
    this.held.clear();
  }
}
