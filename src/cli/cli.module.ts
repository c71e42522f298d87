import { type DynamicModule, Module } from '@nestjs/common';
import { type CommandRunner, InjectCommander } from 'nest-commander';
import { AuthModule } from '../auth/auth.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { ConfigurationModule } from '../config/configuration.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeyCommand, KeyCreateCommand, KeyListCommand, KeyRevokeCommand } from './key.command.js';
import { MerchantCommand, MerchantCreateCommand, MerchantListCommand } from './merchant.command.js';
import { WebhookCommand, WebhookListenCommand } from './webhook.command.js';

@Module({})
export class CliModule {
  constructor(@InjectCommander() program: Parameters<CommandRunner['setCommand']>[0]) {
    // Else help calls it by the name of its file.
    program.name('quittance');
  }

  static register(configuration: Configuration): DynamicModule {
    return {
      module: CliModule,
      imports: [ConfigurationModule.register(configuration), DatabaseModule, AuthModule],
      providers: [
        KeyCommand,
        KeyCreateCommand,
        KeyListCommand,
        KeyRevokeCommand,
        MerchantCommand,
        MerchantCreateCommand,
        MerchantListCommand,
        WebhookCommand,
        WebhookListenCommand,
      ],
    };
  }
}
