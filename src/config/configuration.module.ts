import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ConfigModule, ConfigService } from '@nestjs/config';
import { NO_RATES } from './rates.js';
import { type Configuration } from './read-configuration.js';

/** Inject with `@Inject(SETTINGS) settings: Settings`. */
export const SETTINGS = Symbol('SETTINGS');
/** Inject with `@Inject(CHAINS) chains: ChainConfig[]`. */
export const CHAINS = Symbol('CHAINS');
/** Those of chains.yaml that are left on purpose; inject with `@Inject(LEFT_CHAINS) left: ChainConfig[]`. */
export const LEFT_CHAINS = Symbol('LEFT_CHAINS');
/** Inject with `@Inject(RATES) rates: RatesConfig`. */
export const RATES = Symbol('RATES');

/** The checked configuration for every module; nobody else reads the environment. */
@Global()
@Module({})
export class ConfigurationModule {
  static register(configuration: Configuration): DynamicModule {
    const fromConfig = (token: symbol, key: keyof Configuration) => ({
      provide: token,
      inject: [ConfigService],
      useFactory: (config: ConfigService) => config.getOrThrow<unknown>(key),
    });
    return {
      module: ConfigurationModule,
      imports: [
        ConfigModule.forRoot({
          ignoreEnvFile: true,
          skipProcessEnv: true,
          load: [() => ({ rates: NO_RATES, left: [], ...configuration })],
        }),
      ],
      providers: [
        fromConfig(SETTINGS, 'settings'),
        fromConfig(CHAINS, 'chains'),
        fromConfig(LEFT_CHAINS, 'left'),
        fromConfig(RATES, 'rates'),
      ],
      exports: [SETTINGS, CHAINS, LEFT_CHAINS, RATES],
    };
  }
}
