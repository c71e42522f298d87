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

type Stops = (() => Promise<void> | void)[];

export interface Runtime {
  /** The configuration with what was started filled in. */
  configuration: Configuration;
  /** Null where everything was given. */
  secrets: DevSecrets | null;
  devChain: RunningDevChain | null;
  /** Where the files of a database of our own are. */
  databaseFolder: string | null;
  /** Ends what was started, last first. */
  stop(): Promise<void>;
}

export interface Operator {
  say: (line: string) => void;
  warn: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Starts what the configuration leaves out: Postgres, secrets, a chain. In production only Postgres may be left out.
 * @param say one line for the operator
 * @param warn such a line when the start waits for something
 * @param signal ends what is waited for
 */
export async function startRuntime(given: Configuration, { say, warn, signal }: Operator): Promise<Runtime> {
  const stops: Stops = [];
  const stop = async () => {
    for (let next = stops.pop(); next; next = stops.pop()) await next();
  };
  try {
    const { settings, chains } = given;
    const isDevelopment = settings.nodeEnv !== 'production';
    const needsChain = isDevelopment && settings.chainsFile === null;
    const needsSecrets =
      isDevelopment && (needsChain || !(settings.mnemonic ?? settings.xpub) || !settings.encryptionKey);
    if (settings.databaseUrl === null || needsSecrets) stops.push(takeDataFolder(settings.dataDir));
    const secrets = needsSecrets ? devSecrets(settings.dataDir) : null;
    const embedded = settings.databaseUrl === null ? await embeddedFor(settings, { say, warn }, stops) : null;
    const databaseUrl = settings.databaseUrl ?? (embedded as KeptPostgres).url;
    // Who starts it by hand is told at once.
    if (!isDevelopment) await awaitDatabase(databaseUrl, { warn, signal });
    if (!isDevelopment && settings.databaseUrl !== null)
      await warnOfFewConnections(databaseUrl, settings, warn);
    const database = { url: databaseUrl, hasQueue: settings.redisUrl === null };
    if (settings.redisUrl !== null) await requireQueueOnRedis(settings.redisUrl, warn);
    await (settings.migrate ? migrateSchemas(database, { say: warn, signal }) : requireSchemas(database));
    if (!needsChain) await requireChainsOfPayments(given, databaseUrl, warn);
    if (!needsChain && settings.nodeEnv !== 'test') await requireUnusedAddresses(given, databaseUrl, warn);
    if (settings.nodeEnv !== 'test') await requireForeignAccounts(given, databaseUrl);
    const devChain = needsChain ? await devChainFor(settings, databaseUrl, say, stops) : null;
    const configuration = {
      settings: withSecrets({ ...settings, databaseUrl, devChainPayer: devChain?.payer ?? null }, secrets),
      chains: devChain ? [devChain.chain] : chains,
      ...(given.left ? { left: given.left } : {}),
      rates: devChain && settings.ratesFile === null ? devChain.rates : given.rates,
      ...(devChain ? { devChain: { rpcUrl: devChain.rpcUrl, payer: devChain.payer } } : {}),
    };
    return { configuration, secrets, devChain, databaseFolder: embedded?.folder ?? null, stop };
  } catch (error) {
    await stop();
    throw error;
  }
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
  { say, warn }: Pick<Operator, 'say' | 'warn'>,
  stops: Stops,
): Promise<KeptPostgres> {
  const postgres = await keepPostgres({ dataDir: settings.dataDir, log: say, warn });
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
