#!/usr/bin/env node
import 'reflect-metadata';
import { type DynamicModule } from '@nestjs/common';
import { CommandFactory } from 'nest-commander';
import { findDevChain } from './chain/dev-chain/find-dev-chain.js';
import { CliModule } from './cli/cli.module.js';
import { commandDatabase } from './cli/command-database.js';
import { OfflineCliModule } from './cli/offline-cli.module.js';
import { type Configuration, configurationOf, readConfiguration } from './config/read-configuration.js';
import { findDevSecrets } from './runtime/dev-secrets.js';
import { VERSION } from './config/version.js';

/** Commands that need no database: none is started for them. Of `wallet`, all but what it has given out. */
const OFFLINE = ['webhook', 'wallet'];
const ONLINE = 'wallet export';

/** Every operator's command: `quittance merchant create`, `quittance key revoke`, … */
async function run(): Promise<void> {
  const [, , word = '', next = ''] = process.argv;
  // A wallet is made before there is anything to configure.
  if (`${word} ${next}` === 'wallet new') return command(OfflineCliModule.register(configurationOf({})));
  const { settings, chains } = withDevelopment(await readConfiguration());
  if (OFFLINE.includes(word) && `${word} ${next}` !== ONLINE)
    return command(OfflineCliModule.register({ settings, chains }));
  const database = await commandDatabase(settings);
  // A mistyped command ends with commander's own process.exit().
  process.once('exit', () => database.abandon());
  try {
    const settingsHere = { ...settings, databaseUrl: database.url };
    await command(CliModule.register({ settings: settingsHere, chains }, [word, next]));
  } finally {
    await database.release();
  }
}

/** Where no chain or wallet is configured, it is what the app made up in the data folder, if it did. */
function withDevelopment({ settings, chains }: Configuration): Configuration {
  if (settings.nodeEnv === 'production') return { settings, chains };
  const hasWallet = settings.mnemonic !== null || settings.xpub !== null;
  const mnemonic = hasWallet ? settings.mnemonic : (findDevSecrets(settings.dataDir)?.mnemonic ?? null);
  return {
    settings: { ...settings, mnemonic },
    chains: settings.chainsFile === null ? findDevChain(settings.dataDir) : chains,
  };
}

async function command(module: DynamicModule): Promise<void> {
  const app = await CommandFactory.createWithoutRunning(module, {
    cliName: 'quittance',
    // What goes wrong is told once, in its own words, by `complain`.
    logger: false,
    abortOnError: false,
    version: VERSION,
    errorHandler: complain,
    serviceErrorHandler: complain,
  });
  await CommandFactory.runApplication(app);
  await app.close();
}

/** Help that was asked for ends as an error of commander's, with the exit code 0. */
function complain(error: Error & { exitCode?: number; code?: string }): void {
  process.exitCode = error.exitCode ?? 1;
  if (error.code?.startsWith('commander.')) return;
  process.stderr.write(`${error.message}\n`);
}

run().catch((error: Error) => {
  complain(error);
  process.exit(1);
});
