import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigurationModule } from '../config/configuration.module.js';
import { type Configuration } from '../config/read-configuration.js';
import { WebhookCommand, WebhookListenCommand } from './webhook.command.js';

/** The commands that need no database, and start none. */
@Module({})
export class OfflineCliModule {
  static register(configuration: Configuration): DynamicModule {
    return {
      module: OfflineCliModule,
      imports: [ConfigurationModule.register(configuration)],
      providers: [WebhookCommand, WebhookListenCommand],
    };
  }
}
