import { type RunningDevChain, startDevChain } from '../chain/dev-chain/dev-chain.js';
import { followedTo, followNewChain } from '../chain/dev-chain/step-database.js';
import { type Configuration } from '../config/read-configuration.js';
import { type Settings } from '../config/settings.js';
import { awaitDatabase } from '../database/await-database.js';
import {
  connectionsGiven,
  fewestConnections,
  mostConnections,
  tooFewConnections,
} from '../database/connections-given.js';
import { keepPostgres, type KeptPostgres } from '../database/embedded/kept-postgres.js';
import { requireQueueOnRedis } from '../queue/redis-check.js';
import { requireChainsOfPayments } from './chains-gone.js';
import { takeDataFolder } from './data-folder.js';
import { type DevSecrets, devSecrets } from './dev-secrets.js';
import { migrateSchemas, requireSchemas } from './schemas.js';
import { requireForeignAccounts } from '../wallet/foreign-accounts.js';
import { requireUnusedAddresses } from '../wallet/unused-addresses.js';

/** What ends each thing that was started, first things first. */
export type Stops = (() => Promise<void> | void)[];

export interface Runtime {
  /** The configuration with what was started filled in. */
  configuration: Configuration;
  /** Null where everything was given. */
  secrets: DevSecrets | null;
  devChain: RunningDevChain | null;
  /** Where the files of a database of our own are. */
  databaseFolder: string | null;
}

export interface Operator {
  say: (line: string) => void;
  warn: (line: string) => void;
  /** Ends the start. */
  signal: AbortSignal;
}

/** Last first, each whatever became of the others. @throws what the first that failed threw */
export async function endAll(stops: Stops): Promise<void> {
  const failures: Error[] = [];
  for (let next = stops.pop(); next; next = stops.pop()) {
    try {
      await next();
    } catch (error) {
      failures.push(error as Error);
    }
  }
  if (failures[0]) throw failures[0];
}

/** What is waited for ends with the start; it may go on by itself, and is nobody's business any more. */
function unlessStopped<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

/**
 * Starts what the configuration leaves out: Postgres, secrets, a chain. In production only Postgres may be left out.
 * @param say one line for the operator
 * @param warn such a line when the start waits for something
 * @param stops filled as it goes: what has been started has to be ended however the start ends
 */
export async function startRuntime(
  given: Configuration,
  { say, warn, signal }: Operator,
  stops: Stops,
): Promise<Runtime> {
  const { settings, chains } = given;
  const isDevelopment = settings.nodeEnv !== 'production';
  const needsChain = isDevelopment && settings.chainsFile === null;
  const needsSecrets =
    isDevelopment && (needsChain || !(settings.mnemonic ?? settings.xpub) || !settings.encryptionKey);
  if (settings.databaseUrl === null || needsSecrets) stops.push(takeDataFolder(settings.dataDir));
  const secrets = needsSecrets ? devSecrets(settings.dataDir) : null;
  const embedded =
    settings.databaseUrl === null ? await embeddedFor(settings, { say, warn, signal }, stops) : null;
  const databaseUrl = settings.databaseUrl ?? (embedded as KeptPostgres).url;
  await requireUsable(given, databaseUrl, { warn, signal }, needsChain);
  const devChain = needsChain ? await devChainFor(settings, databaseUrl, say, stops) : null;
  signal.throwIfAborted();
  const configuration = {
    settings: withSecrets({ ...settings, databaseUrl, devChainPayer: devChain?.payer ?? null }, secrets),
    chains: devChain ? [devChain.chain] : chains,
    ...(given.left ? { left: given.left } : {}),
    rates: devChain && settings.ratesFile === null ? devChain.rates : given.rates,
    ...(devChain ? { devChain: { rpcUrl: devChain.rpcUrl, payer: devChain.payer } } : {}),
  };
  return { configuration, secrets, devChain, databaseFolder: embedded?.folder ?? null };
}

/** Waits for the database, brings it up to date, and refuses what cannot work or would lose money. */
async function requireUsable(
  given: Configuration,
  databaseUrl: string,
  { warn, signal }: Pick<Operator, 'warn' | 'signal'>,
  needsChain: boolean,
): Promise<void> {
  const { settings } = given;
  const ask = <T>(work: Promise<T>) => unlessStopped(signal, work);
  const isProduction = settings.nodeEnv === 'production';
  // Who starts it by hand is told at once.
  if (isProduction) await ask(awaitDatabase(databaseUrl, { warn, signal }));
  if (isProduction && settings.databaseUrl !== null)
    await ask(warnOfFewConnections(databaseUrl, settings, warn));
  const database = { url: databaseUrl, hasQueue: settings.redisUrl === null };
  if (settings.redisUrl !== null) await ask(requireQueueOnRedis(settings.redisUrl, warn));
  await (settings.migrate ? migrateSchemas(database, { say: warn, signal }) : requireSchemas(database));
  if (!needsChain) await ask(requireChainsOfPayments(given, databaseUrl, warn));
  if (!needsChain && settings.nodeEnv !== 'test') await ask(requireUnusedAddresses(given, databaseUrl, warn));
  if (settings.nodeEnv !== 'test') await ask(requireForeignAccounts(given, databaseUrl));
}

/** A pooler that gives too few of them leaves the others waiting, without a word. */
async function warnOfFewConnections(
  url: string,
  settings: Settings,
  warn: (line: string) => void,
): Promise<void> {
  const fewest = fewestConnections(settings);
  const few = tooFewConnections(await connectionsGiven(url, fewest), fewest, mostConnections(settings));
  if (few !== null) warn(few);
}

async function embeddedFor(
  settings: Settings,
  { say, warn, signal }: Operator,
  stops: Stops,
): Promise<KeptPostgres> {
  const postgres = await keepPostgres({ dataDir: settings.dataDir, log: say, warn, signal });
  stops.push(() => postgres.stop());
  return postgres;
}

async function devChainFor(
  settings: Settings,
  databaseUrl: string,
  say: (line: string) => void,
  stops: Stops,
): Promise<RunningDevChain> {
  const { dataDir, devChainPort: port } = settings;
  const devChain = await startDevChain({
    dataDir,
    port,
    followedTo: await followedTo(databaseUrl),
    log: say,
  });
  stops.push(() => devChain.stop());
  if (devChain.replacedBy) await followNewChain(databaseUrl, devChain.replacedBy);
  return devChain;
}

function withSecrets(settings: Settings, secrets: DevSecrets | null): Settings {
  if (secrets === null) return settings;
  const hasWallet = settings.mnemonic !== null || settings.xpub !== null;
  return {
    ...settings,
    mnemonic: hasWallet ? settings.mnemonic : secrets.mnemonic,
    encryptionKey: settings.encryptionKey ?? secrets.encryptionKey,
  };
}
