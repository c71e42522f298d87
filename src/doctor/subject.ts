import { type ChainConfig } from '../config/chains.js';
import { type Problem } from '../config/configuration-error.js';
import { envFileProblems } from '../config/env-file.js';
import { type Environment } from '../config/load-settings.js';
import { type RatesConfig } from '../config/rates.js';
import { ENV_FILE, readAll } from '../config/read-configuration.js';
import { settingsOf } from '../config/setting.js';
import { Settings } from '../config/settings.js';

/** An installation as far as its configuration can be read. */
export interface Subject {
  environment: Environment;
  /** What could not be read is null. */
  settings: Settings;
  chains: ChainConfig[];
  rates: RatesConfig;
  /** Listed with `enabled: false`. */
  left: ChainConfig[];
  problems: Problem[];
  isProduction: boolean;
}

/** Reads what there is to read, also of a configuration that would stop a start. */
export function subjectOf(environment: Environment, envFile: string = ENV_FILE): Subject {
  const { settings, chains, rates, problems } = readAll(environment, envFileProblems(envFile, environment));
  for (const { property } of settingsOf(Settings))
    Object.assign(settings, { [property]: settings[property as keyof Settings] ?? null });
  const isServed = ({ enabled = true }: ChainConfig) => enabled;
  return {
    environment,
    settings,
    chains: chains.filter(isServed),
    rates,
    left: chains.filter((chain) => !isServed(chain)),
    problems,
    isProduction: settings.nodeEnv === 'production',
  };
}
