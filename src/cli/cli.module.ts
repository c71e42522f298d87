import { type DynamicModule, Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { ConfigurationModule } from '../config/configuration.module.js';
import { DatabaseModule } from '../database/database.module.js';
import { KeyCommand, KeyCreateCommand, KeyListCommand, KeyRevokeCommand } from './key.command.js';
import { MerchantCommand, MerchantCreateCommand, MerchantListCommand } from './merchant.command.js';
import { WebhookCommand, WebhookListenCommand } from './webhook.command.js';

@Module({})
export class CliModule {
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
