import { ConfigModule } from '@nestjs/config';
import { type ChainConfig } from './chains.js';
import { ConfigurationError, type Problem } from './configuration-error.js';
import { environmentProblems } from './environment-names.js';
import { envFileProblems } from './env-file.js';
import { readChains } from './load-chains.js';
import { type Environment, isGiven, readSettings } from './load-settings.js';
import { accountProblems } from './recipients.js';
import { loadRates } from './load-rates.js';
import { NO_RATES, type RatesConfig } from './rates.js';
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

/**
 * @param unneeded settings that this caller does without: that they are not given is no problem, that they are wrong is
 * @throws ConfigurationError with every problem of settings and chains together
 */
export function configurationOf(
  environment: Environment,
  known: readonly Problem[] = [],
  unneeded: readonly string[] = [],
): Configuration {
  const { settings, chains, rates, problems: all } = readAll(environment, known);
  const problems = all.filter(({ name }) => !unneeded.includes(name) || isGiven(environment, name));
  if (problems.length > 0) throw new ConfigurationError(problems);
  const left = chains.filter((chain) => !isServed(chain));
  return { settings, chains: chains.filter(isServed), rates, ...(left.length > 0 && { left }) };
}

/**
 * Settings, chains and rates, as far as they can be read, with every problem of them.
 * @param known problems found before, as of `.env`
 */
export function readAll(
  environment: Environment,
  known: readonly Problem[],
): { settings: Settings; chains: ChainConfig[]; rates: RatesConfig; problems: Problem[] } {
  // One mistake in `.env` is told once, and there by its line.
  const isNew = ({ name }: Problem) => !known.some((one) => one.name === name);
  const { settings, problems } = readSettings(environment);
  const { chains, problems: chainProblems } = readChains(settings.chainsFile ?? null);
  const misspelt = environmentProblems(environment, settings.nodeEnv === 'production');
  // Rates may name chains: while those cannot be read, the rates would be blamed for it.
  const priceable = settings.chainsFile === null ? [DEV_CHAIN] : chains.filter(isServed);
  const { rates, problems: rateProblems } =
    chainProblems.length > 0
      ? { rates: NO_RATES, problems: [] }
      : loadRates(settings.ratesFile ?? null, priceable);
  const ofSettings = [...misspelt, ...problems].filter(isNew);
  const found = [...known, ...ofSettings, ...chainProblems, ...rateProblems];
  // What could not be read would only be complained of a second time.
  if (found.length === 0) found.push(...accountProblems(settings, chains));
  return { settings, chains, rates, problems: found };
}

const isServed = ({ enabled = true }: ChainConfig): boolean => enabled;
