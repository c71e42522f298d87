import { ConfigurationError, type Problem } from '../config/configuration-error.js';
import { envFileProblems } from '../config/env-file.js';
import { type Environment } from '../config/load-settings.js';
import {
  type Configuration,
  configurationOf,
  ENV_FILE,
  readAll,
  readEnvironment,
} from '../config/read-configuration.js';
import { localUrl } from '../config/public-url.js';
import { type Settings } from '../config/settings.js';
import { type Terminal } from './terminal.js';

/**
 * The settings and chains of a command. Where no chain or wallet is configured in development, they are what the app
 * made up in the data folder, if it did.
 * @param unneeded settings that the command does without, in production as well
 * @throws ConfigurationError
 */
export async function commandConfiguration(
  terminal: Terminal,
  unneeded: readonly string[] = [],
): Promise<Configuration> {
  const given = configurationOf(await commandEnvironment(terminal), fileProblems(terminal), unneeded);
  const { settings, chains, rates } = given;
  if (settings.nodeEnv === 'production') return given;
  const { findDevSecrets } = await import('../runtime/dev-secrets.js');
  const { findDevChain } = await import('../chain/dev-chain/find-dev-chain.js');
  const hasWallet = settings.mnemonic !== null || settings.xpub !== null;
  const { findUrl } = await import('../runtime/data-folder.js');
  const secrets = findDevSecrets(settings.dataDir);
  return {
    settings: {
      ...settings,
      publicUrl: settings.publicUrl ?? findUrl(settings.dataDir) ?? localUrl(settings.port),
      mnemonic: hasWallet ? settings.mnemonic : (secrets?.mnemonic ?? null),
      encryptionKey: settings.encryptionKey ?? secrets?.encryptionKey ?? null,
    },
    ...(rates && { rates }),
    chains: settings.chainsFile === null ? findDevChain(settings.dataDir) : chains,
  };
}

/** What says where the database is, and how commands on it alone behave; each without `_FILE`. */
const OF_THE_DATABASE = ['NODE_ENV', 'DATA_DIR', 'DATABASE_URL', 'DATABASE_CA', 'REDIS_URL', 'MIGRATE'];

/**
 * The settings of a command that works on the database alone, as a role with no other secrets runs it: what is wrong
 * with the others does not matter to it.
 * @throws ConfigurationError
 */
export async function databaseSettings(terminal: Terminal): Promise<Settings> {
  const { settings, problems } = readAll(await commandEnvironment(terminal), fileProblems(terminal));
  const ours = problems.filter(({ name, meant = name }) =>
    OF_THE_DATABASE.includes(meant.replace(/_FILE$/, '')),
  );
  if (ours.length > 0) throw new ConfigurationError(ours);
  return settings;
}

/** Mistakes in `.env`, where the command reads it. */
function fileProblems({ environment }: Terminal): Problem[] {
  return environment === null ? envFileProblems(ENV_FILE) : [];
}

/** What a command's configuration is read from, whatever is in it. */
export async function commandEnvironment({ environment }: Terminal): Promise<Environment> {
  return environment ?? (await readEnvironment());
}
