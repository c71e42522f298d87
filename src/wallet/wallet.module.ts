import { Module } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DepositAddresses } from './deposit-addresses.js';
import { DEPOSIT_SCHEME } from './deposit-scheme.js';
import { depositScheme } from './scheme-of-settings.js';
import { IndexSequence } from './index-sequence.js';
import { Keys } from './keys.js';
import { OwnAddresses } from './own-addresses.js';
import { WalletSource } from './wallet-source.js';

@Module({
  providers: [
    DepositAddresses,
    IndexSequence,
    OwnAddresses,
    WalletSource,
    { provide: Keys, inject: [SETTINGS], useFactory: (settings: Settings) => new Keys(settings) },
    { provide: DEPOSIT_SCHEME, inject: [SETTINGS], useFactory: depositScheme },
  ],
  exports: [DepositAddresses, Keys, OwnAddresses],
})
export class WalletModule {}
