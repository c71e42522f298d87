import { type ChainStatus } from '../chain/chain-status.js';
import { type Configuration } from '../config/read-configuration.js';
import { VERSION } from '../config/version.js';
import { walletFingerprint } from '../wallet/unused-addresses.js';
import { custodyText } from './custody.js';

/** What is known of a start beside its configuration. */
export interface Start {
  url: string;
  /** Where the files of a database of our own are. */
  databaseFolder: string | null;
  /** Of a chain, by its name. */
  stateOf: (chain: string) => ChainStatus['state'];
}

/**
 * What this process runs on and does, in one event: which database, which wallet, which chains, which queue. Nothing
 * that was chosen stays unsaid. No secret: hosts and names, and of the wallet its first address.
 */
export function startedEvent(
  { settings, chains }: Configuration,
  { url, databaseFolder, stateOf }: Start,
): object {
  const database = new URL(settings.databaseUrl as string);
  const queue = settings.redisUrl === null ? null : new URL(settings.redisUrl);
  return {
    version: VERSION,
    node: process.version,
    environment: settings.nodeEnv,
    roles: settings.roles,
    url: settings.roles.includes('api') ? url : null,
    database: {
      kind: databaseFolder === null ? 'external' : 'embedded',
      host: database.host,
      name: database.pathname.slice(1),
      ...(databaseFolder === null ? {} : { folder: databaseFolder }),
    },
    queue: queue ? { kind: 'redis', host: queue.host } : { kind: 'postgres' },
    wallet: walletFingerprint(settings),
    custody: custodyText({ settings, chains }),
    chains: chains.map(({ name, chainId }) => ({ name, chain_id: chainId, state: stateOf(name) })),
  };
}
