import 'reflect-metadata';
import { type INestApplicationContext, Logger, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { ConfigurationModule } from '../config/configuration.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { type Settings } from '../config/settings.js';
import { DatabaseModule } from '../database/database.module.js';
import { commandConfiguration } from './command-configuration.js';
import { commandDatabase } from './command-database.js';
import { type Terminal } from './terminal.js';

@Module({})
class CommandModule {}

export type Services = INestApplicationContext;

/**
 * A DATA_DIR or DATABASE_URL of another installation is another wallet's: what a command would read or write there is not
 * what was meant.
 * @throws OtherWalletError
 */
async function requireOurWallet(services: Services, settings: Settings): Promise<void> {
  if (settings.mnemonic === null && settings.xpub === null) return;
  const [{ depositScheme }, { requireWalletOf }] = await Promise.all([
    import('../wallet/scheme-of-settings.js'),
    import('../wallet/wallet-source.js'),
  ]);
  await requireWalletOf(services.get(DataSource).manager, depositScheme(settings));
}

/**
 * Does a command's work with services on its database; started for it, and ended behind it.
 * @param parts the modules and providers that the work asks for
 */
export async function withServices(
  terminal: Terminal,
  parts: Pick<ModuleMetadata, 'imports' | 'providers'>,
  work: (services: Services, configuration: Configuration) => Promise<void>,
): Promise<void> {
  const { settings, chains, rates } = await commandConfiguration(terminal);
  const database = await commandDatabase(settings);
  try {
    const configuration = {
      // A command has no part of a running process: it writes down nothing that one decides.
      settings: { ...settings, databaseUrl: database.url, roles: [] },
      chains,
      ...(rates && { rates }),
    };
    // What goes wrong is written once, in its own words, where the command line ends.
    if (terminal.environment === null) Logger.overrideLogger(false);
    const services = await NestFactory.createApplicationContext(
      {
        module: CommandModule,
        imports: [
          ConfigurationModule.register(configuration),
          // Some read whole tables.
          DatabaseModule.register(null),
          ...(parts.imports ?? []),
        ],
        providers: parts.providers ?? [],
      },
      { abortOnError: false },
    );
    try {
      await requireOurWallet(services, settings);
      await work(services, configuration);
    } finally {
      await services.close();
    }
  } finally {
    await database.release();
  }
}
