import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findEmbeddedPostgres } from '../database/embedded/embedded-postgres.js';
import { findHomeFolder } from '../database/embedded/home.js';
import { chainFindings } from './chain-checks.js';
import { configurationFindings } from './configuration-checks.js';
import { databaseFindings } from './database-checks.js';
import { examine, type Finding, ok, skipped } from './finding.js';
import { keyFindings } from './key-checks.js';
import { diskFindings, portFindings } from './machine-checks.js';
import { dnsFindings, tlsFindings } from './network-checks.js';
import { queueFindings } from './queue-checks.js';
import { type Subject } from './subject.js';
import { webhookFindings } from './webhook-checks.js';

const TIMEOUT_MS = 30_000;

/** Starts the Postgres of a data folder for the time being. */
export type OpenDatabase = () => Promise<{ url: string; release(): Promise<void> }>;

/**
 * Looks at everything that a new installation gets wrong; each part by itself, so that a broken one hides no other.
 * Changes nothing, and needs no running server.
 * @param open used where the embedded Postgres has been made, and does not run
 */
export async function examination(subject: Subject, open: OpenDatabase): Promise<Finding[]> {
  const parts = await Promise.all([
    examine('configuration', TIMEOUT_MS, () => Promise.resolve(configurationFindings(subject))),
    examine('disk', TIMEOUT_MS, () => diskFindings(subject)),
    examine('port', TIMEOUT_MS, () => portFindings(subject)),
    examine('dns', TIMEOUT_MS, () => dnsFindings(subject)),
    examine('tls', TIMEOUT_MS, () => tlsFindings(subject)),
    onDatabase(subject, open),
    examine('queue', TIMEOUT_MS, () => queueFindings(subject)),
    ...subject.chains.map((chain) =>
      examine(`chain ${chain.name}`, TIMEOUT_MS, () => chainFindings(chain, subject)),
    ),
  ]);
  return [...parts.flat(), ...(subject.chains.length > 0 ? [] : [noChains(subject)])];
}

/** What is asked of the database, or compared with it. */
async function onDatabase(subject: Subject, open: OpenDatabase): Promise<Finding[]> {
  const { settings } = subject;
  if (settings.databaseUrl === null && subject.problems.some(({ name }) => name === 'DATABASE_URL'))
    return [skipped('database', 'DATABASE_URL names none'), ...(await webhooks(null, subject))];
  const url = settings.databaseUrl ?? findEmbeddedPostgres(settings.dataDir);
  if (url !== null) return withDatabase(url, subject);
  if (!isEmbeddedMade(settings.dataDir))
    return [
      ok('database', 'the embedded one, which the first start makes in DATA_DIR'),
      ...(await webhooks(null, subject)),
    ];
  let opened: Awaited<ReturnType<OpenDatabase>> | null = null;
  const started = await examine('database', 2 * TIMEOUT_MS, async () => {
    opened = await open();
    return [];
  });
  if (opened === null) return [...started, ...(await webhooks(null, subject))];
  const ours = opened as Awaited<ReturnType<OpenDatabase>>;
  try {
    return await withDatabase(ours.url, subject);
  } finally {
    await ours.release();
  }
}

async function withDatabase(url: string, subject: Subject): Promise<Finding[]> {
  const found = await examine('database', TIMEOUT_MS, () => databaseFindings(url, subject));
  const isReached = found.some(({ part, status }) => part === 'database' && status === 'ok');
  if (!isReached) return [...found, ...(await webhooks(null, subject))];
  const [keys, receivers] = await Promise.all([
    examine('keys', TIMEOUT_MS, () => keyFindings(url, subject)),
    webhooks(url, subject),
  ]);
  return [...found, ...keys, ...receivers];
}

function webhooks(url: string | null, subject: Subject): Promise<Finding[]> {
  return examine('webhooks', TIMEOUT_MS, () => webhookFindings(url, subject));
}

function isEmbeddedMade(dataDir: string): boolean {
  const folder = findHomeFolder(dataDir);
  return folder !== null && existsSync(join(folder, 'data', 'PG_VERSION'));
}

function noChains({ settings }: Subject): Finding {
  return settings.chainsFile === null
    ? ok('chains', 'none is configured: a start in development makes one of its own')
    : skipped('chains', 'CHAINS_FILE names none that can be read');
}
