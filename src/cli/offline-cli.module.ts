import { type DynamicModule, Module } from '@nestjs/common';
import { type CommandRunner, InjectCommander } from 'nest-commander';
import { ConfigurationModule } from '../config/configuration.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { WALLET_COMMANDS } from './wallet.command.js';
import { WebhookCommand, WebhookListenCommand } from './webhook.command.js';

/** The commands that need no database, and start none. */
@Module({})
export class OfflineCliModule {
  constructor(@InjectCommander() program: Parameters<CommandRunner['setCommand']>[0]) {
    // Else help calls it by the name of its file.
    program.name('quittance');
  }

  static register(configuration: Configuration): DynamicModule {
    return {
      module: OfflineCliModule,
      imports: [ConfigurationModule.register(configuration)],
      providers: [...WALLET_COMMANDS, WebhookCommand, WebhookListenCommand],
    };
  }
}
