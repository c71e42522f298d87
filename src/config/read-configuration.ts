import { ConfigModule } from '@nestjs/config';
import { type ChainConfig } from './chains.js';
import { ConfigurationError, type Problem } from './configuration-error.js';
import { environmentProblems } from './environment-names.js';
import { envFileProblems } from './env-file.js';
import { readChains } from './load-chains.js';
import { type Environment, readSettings } from './load-settings.js';
import { treasuryProblems } from './recipients.js';
import { loadRates } from './load-rates.js';
import { type RatesConfig } from './rates.js';
import { type Settings } from './settings.js';

/** How the dev chain that this process started is reached. */
export interface DevChainAccess {
  /** Its public JSON-RPC, which keeps what changes the chain. */
  rpcUrl: string;
  /** A funded account whose key the node holds. */
  payer: string;
}

export interface Configuration {
  settings: Settings;
  /** Those that are served. */
  chains: ChainConfig[];
  /** Listed with `enabled: false`. */
  left?: ChainConfig[];
  /** Left out: nothing is priced. */
  rates?: RatesConfig;
  /** Filled in where a dev chain was started, which is never in production. */
  devChain?: DevChainAccess;
}

/** What the dev chain is called and has for an id, where it is the only chain: it is started later. */
const DEV_CHAIN = { name: 'devchain', chainId: 31_337 };

/**
 * The settings of this process: the environment, with `.env` behind it, and the chains file they name.
 * @throws ConfigurationError with every problem of both
 */
export async function readConfiguration(): Promise<Configuration> {
  return configurationOf(await readEnvironment(), envFileProblems(ENV_FILE));
}

/** As @nestjs/config reads it: in the folder that the process was started in. */
export const ENV_FILE = '.env';

/** The variables of this process, with those of `.env` behind them. */
export async function readEnvironment(): Promise<Environment> {
  let environment: Environment = {};
  await ConfigModule.forRoot({
    // Nothing is given back: @nestjs/config would write it to process.env, and secrets read from files with it.
    validate: (merged) => {
      environment = merged;
      return {};
    },
  });
  return environment;
}

/** @throws ConfigurationError with every problem of settings and chains together */
export function configurationOf(environment: Environment, known: readonly Problem[] = []): Configuration {
  const { settings, problems } = readSettings(environment);
  const { chains, problems: chainProblems } = readChains(settings.chainsFile);
  const isProduction = settings.nodeEnv === 'production';
  // A name that is misspelt in `.env` is told once.
  const misspelt = environmentProblems(environment, isProduction).filter(
    ({ name }) => !known.some((one) => one.name === name),
  );
  const priceable =
    settings.chainsFile === null ? [DEV_CHAIN] : chains.filter(({ enabled = true }) => enabled);
  const { rates, problems: rateProblems } = loadRates(settings.ratesFile, priceable);
  const found = [...known, ...misspelt, ...problems, ...chainProblems, ...rateProblems];
  // What could not be read would only be complained of a second time.
  if (found.length === 0) found.push(...treasuryProblems(settings, chains));
  if (found.length > 0) throw new ConfigurationError(found);
  const [served, left] = [true, false].map((isServed) =>
    chains.filter(({ enabled = true }) => enabled === isServed),
  ) as [ChainConfig[], ChainConfig[]];
  return { settings, chains: served, rates, ...(left.length > 0 && { left }) };
}
