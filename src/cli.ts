#!/usr/bin/env node
import 'reflect-metadata';
import { CommandFactory } from 'nest-commander';
import { CliModule } from './cli/cli.module.js';
import { commandDatabase } from './cli/command-database.js';
import { readConfiguration } from './config/read-configuration.js';
import { VERSION } from './version.js';

/** Every operator's command: `quittance merchant create`, `quittance key revoke`, … */
async function run(): Promise<void> {
  const { settings, chains } = await readConfiguration();
  const database = await commandDatabase(settings);
  // A mistyped command ends with commander's own process.exit().
  process.once('exit', () => database.abandon());
  try {
    const configuration = { settings: { ...settings, databaseUrl: database.url }, chains };
    const app = await CommandFactory.createWithoutRunning(CliModule.register(configuration), {
      // What goes wrong is told once, in its own words, by `complain`.
      logger: false,
      abortOnError: false,
      version: VERSION,
      errorHandler: complain,
      serviceErrorHandler: complain,
    });
    await CommandFactory.runApplication(app);
    await app.close();
  } finally {
    await database.release();
  }
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
