import { type QueryResultRow } from 'pg';
import { withConnection } from '../database/connect.js';
import { connectionsGiven, mostConnections, tooFewConnections } from '../database/connections-given.js';
import { requireOwnSessions } from '../database/own-sessions.js';
import { type PostgresClient } from '../database/postgres-client.js';
import { GRANTS, missingRights, requireOwnDatabase } from '../database/rights.js';
import { comparedSchemas } from '../runtime/schemas.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { isLocal } from './local-host.js';
import { type Subject } from './subject.js';

const PART = 'database';
const APPLICATION = 'quittance doctor';
/** Below it, what the migrations and BullMQ use is not there. */
const OLDEST_POSTGRES = 140_000;
/** Left to others while connections are tried. */
const SPARE_CONNECTIONS = 10;
const CLOCK_WARNING_MS = 2_000;
const CLOCK_PROBLEM_MS = 30_000;

interface ServerRow extends QueryResultRow {
  version: string;
  number: string;
  encoding: string;
  fsync: string;
  is_standby: boolean;
  is_tls: boolean | null;
  free: string;
  /** A limit of the role or the database is set, besides that of the server. */
  is_limited: boolean;
  /** Another than the session was begun with: a pooler stands between. */
  pid: number;
  can_create: boolean;
  schema: string | null;
}

/** @param url where it answers; asked on connections of its own */
export async function databaseFindings(url: string, subject: Subject): Promise<Finding[]> {
  const [server, clock] = await withConnection(url, APPLICATION, async (client) => [
    await serverOf(client),
    await clockFindings(client),
  ]);
  const findings = [...serverFindings(server, new URL(url), subject), ...clock];
  try {
    await requireOwnSessions(url);
    await withConnection(url, APPLICATION, requireOwnDatabase);
    findings.push(ok(PART, 'sessions are our own: no pooler shares them'));
  } catch (error) {
    return [...findings, problem(PART, (error as Error).message, null)];
  }
  const connections = await connectionFindings(url, server, mostConnections(subject.settings));
  return [...findings, ...connections, ...(await schemaFindings(url, server, subject))];
}

/** Tried where something else than the server may limit them, and where there is room beside those of others. */
async function connectionFindings(url: string, server: ServerRow, most: number): Promise<Finding[]> {
  if (!server.is_limited || Number(server.free) < most + SPARE_CONNECTIONS) return [];
  const few = tooFewConnections(await connectionsGiven(url, most), most);
  const [what = '', fix = ''] = few?.split(': ') ?? [];
  return few === null ? [] : [warning(PART, what, fix)];
}

async function serverOf(client: PostgresClient): Promise<ServerRow> {
  const { rows } = await client.query<ServerRow>(
    `SELECT current_setting('server_version') AS version, current_setting('server_version_num') AS number,
       current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
       pg_is_in_recovery() AS is_standby, current_schema() AS schema,
       (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS is_tls,
       (current_setting('max_connections')::int - (SELECT count(*) FROM pg_stat_activity
          WHERE backend_type = 'client backend'))::text AS free,
       (SELECT rolconnlimit >= 0 FROM pg_roles WHERE rolname = current_user)
         OR (SELECT datconnlimit >= 0 FROM pg_database WHERE datname = current_database()) AS is_limited,
       pg_backend_pid() AS pid,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS can_create`,
  );
  const row = rows[0] as ServerRow;
  const { processID } = client as unknown as { processID: number };
  return { ...row, is_limited: row.is_limited || row.pid !== processID };
}

function serverFindings(
  server: ServerRow,
  { hostname, host }: URL,
  { isProduction, settings }: Subject,
): Finding[] {
  const most = mostConnections(settings);
  const found: Finding[] = [];
  if (Number(server.number) < OLDEST_POSTGRES)
    found.push(problem(PART, `Postgres ${server.version} is too old`, 'use Postgres 14 or newer'));
  if (server.encoding !== 'UTF8')
    found.push(
      problem(
        PART,
        `the database's encoding is ${server.encoding}`,
        "create it with ENCODING 'UTF8': names of tokens and merchants would be refused",
      ),
    );
  if (server.is_standby)
    found.push(
      problem(PART, 'this is a standby, which takes no writes', 'let DATABASE_URL lead to the primary'),
    );
  if (server.fsync !== 'on')
    found.push(
      problem(
        PART,
        'fsync is off: what was committed is gone after a crash',
        'set fsync = on in postgresql.conf',
      ),
    );
  if (server.schema === null)
    found.push(
      problem(
        PART,
        'there is no schema to work in',
        'GRANT USAGE ON SCHEMA public to the role, or set its search_path',
      ),
    );
  if (isProduction && server.is_tls === false && !isLocal(hostname))
    found.push(
      warning(
        PART,
        `the connection to ${host} is not encrypted`,
        'add sslmode=require to DATABASE_URL, with DATABASE_CA_FILE for a private authority',
      ),
    );
  if (Number(server.free) < most)
    found.push(
      warning(
        PART,
        `${server.free} connections are left; a process may take ${most}`,
        'raise max_connections, end what holds them, or lower DATABASE_POOL_SIZE',
      ),
    );
  return found.some(({ status }) => status === 'problem')
    ? found
    : [ok(PART, `Postgres ${server.version} at ${host}`), ...found];
}

/** Postgres' clock decides about locks and due times, ours about what expires. */
async function clockFindings(client: PostgresClient): Promise<Finding[]> {
  const beganMs = Date.now();
  const { rows } = await client.query<{ now: Date }>('SELECT clock_timestamp() AS now');
  const middleMs = (beganMs + Date.now()) / 2;
  const apartMs = Math.round(Math.abs((rows[0]?.now.getTime() ?? 0) - middleMs));
  const what = `this machine's clock and Postgres' are ${(apartMs / 1_000).toFixed(1)} s apart`;
  const fix = 'let both be set by NTP (timedatectl set-ntp true)';
  if (apartMs > CLOCK_PROBLEM_MS) return [problem('clock', what, fix)];
  return [apartMs > CLOCK_WARNING_MS ? warning('clock', what, fix) : ok('clock', what)];
}

async function schemaFindings(url: string, server: ServerRow, { settings }: Subject): Promise<Finding[]> {
  const hasQueue = settings.redisUrl === null;
  const lacking = await withConnection(url, APPLICATION, (client) => missingRights(client, hasQueue));
  if (lacking !== null) return [problem(PART, `this role ${lacking}`, GRANTS)];
  const { missing, unknown } = await comparedSchemas({ url, hasQueue });
  if (unknown.length > 0)
    return [
      problem(
        PART,
        `a newer version of Quittance has used this database: ${unknown.length} of its migrations are not known to this one`,
        'start that version or a newer one; to go back, restore the backup made before the upgrade (docs/operation.md)',
      ),
    ];
  if (missing.length === 0) return [ok(PART, 'the schema is up to date')];
  const what = `the schema is not up to date: ${missing.length} of its steps are missing`;
  if (settings.migrate === false)
    return [
      problem(PART, what, 'MIGRATE is off: run quittance migrate with a role that may change the schema'),
    ];
  if (!server.can_create)
    return [
      problem(
        PART,
        `${what}, and this role may not create tables`,
        'run quittance migrate with a role that may, and set MIGRATE=off here; or GRANT CREATE ON SCHEMA to this one',
      ),
    ];
  return [ok(PART, `${what}; the next start brings them`)];
}
