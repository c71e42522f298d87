#!/usr/bin/env node
import 'reflect-metadata';
import { type DynamicModule } from '@nestjs/common';
import { CommandFactory } from 'nest-commander';
import { findDevChain } from './chain/dev-chain/find-dev-chain.js';
import { CliModule } from './cli/cli.module.js';
import { commandDatabase } from './cli/command-database.js';
import { OfflineCliModule } from './cli/offline-cli.module.js';
import { readConfiguration } from './config/read-configuration.js';
import { VERSION } from './version.js';

/** Commands that need no database: none is started for them. */
const OFFLINE = ['webhook'];

/** Every operator's command: `quittance merchant create`, `quittance key revoke`, … */
async function run(): Promise<void> {
  const configuration = await readConfiguration();
  const [, , word = ''] = process.argv;
  if (OFFLINE.includes(word)) return command(OfflineCliModule.register(configuration));
  const { settings } = configuration;
  // Where no chain is configured, it is the dev chain of the running app, if there is one.
  const chains = settings.chainsFile === null ? findDevChain(settings.dataDir) : configuration.chains;
  const database = await commandDatabase(settings);
  // A mistyped command ends with commander's own process.exit().
  process.once('exit', () => database.abandon());
  try {
    const settingsHere = { ...settings, databaseUrl: database.url };
    await command(CliModule.register({ settings: settingsHere, chains }, word));
  } finally {
    await database.release();
  }
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
