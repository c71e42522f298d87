import { Module } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { Keys } from './keys.js';

/** Private keys, for the processes that sweep; no other holds them. */
@Module({
  providers: [{ provide: Keys, inject: [SETTINGS], useFactory: (settings: Settings) => new Keys(settings) }],
  exports: [Keys],
})
export class KeysModule {}
