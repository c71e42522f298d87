import { type DynamicModule, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { dataSourceOptions } from './data-source.js';
import { guardConnections } from './one-connection.js';
import { type SessionLimits } from './session-limits.js';

interface Guards {
  isStrict: boolean;
  isOrderWatched: boolean;
}

@Module({})
export class DatabaseModule {
  /** @param limits of the pool's sessions; null: none */
  static register(limits: SessionLimits | null): DynamicModule {
    const root = TypeOrmModule.forRootAsync({
      inject: [SETTINGS],
      useFactory: (settings: Settings) => ({
        ...dataSourceOptions(databaseUrl(settings), settings.databasePoolSize, limits),
        retryAttempts: 3,
        retryDelay: 500,
        // Read by the factory below, which is given nothing else.
        isStrict: settings.nodeEnv !== 'production',
        isOrderWatched: settings.nodeEnv === 'test',
      }),
      dataSourceFactory: async (options) => {
        const { isStrict, isOrderWatched, ...ours } = options as DataSourceOptions & Guards;
        return guardConnections(await new DataSource(ours).initialize(), isStrict, isOrderWatched);
      },
    });
    return { module: DatabaseModule, imports: [root] };
  }
}

function databaseUrl(settings: Settings): string {
  if (settings.databaseUrl === null) throw new Error('the database URL is resolved before the app starts');
  return settings.databaseUrl;
}
