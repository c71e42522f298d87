import { type Configuration, configurationOf, readConfiguration } from '../config/read-configuration.js';
import { type Terminal } from './terminal.js';

/**
 * The settings and chains of a command. Where no chain or wallet is configured in development, they are what the app
 * made up in the data folder, if it did.
 * @throws ConfigurationError
 */
export async function commandConfiguration(terminal: Terminal): Promise<Configuration> {
  const { environment } = terminal;
  const given = environment === null ? await readConfiguration() : configurationOf(environment);
  const { settings, chains } = given;
  if (settings.nodeEnv === 'production') return given;
  const { findDevSecrets } = await import('../runtime/dev-secrets.js');
  const { findDevChain } = await import('../chain/dev-chain/find-dev-chain.js');
  const hasWallet = settings.mnemonic !== null || settings.xpub !== null;
  const secrets = findDevSecrets(settings.dataDir);
  return {
    settings: {
      ...settings,
      mnemonic: hasWallet ? settings.mnemonic : (secrets?.mnemonic ?? null),
      encryptionKey: settings.encryptionKey ?? secrets?.encryptionKey ?? null,
    },
    chains: settings.chainsFile === null ? findDevChain(settings.dataDir) : chains,
  };
}
