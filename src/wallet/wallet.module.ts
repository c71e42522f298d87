import { Module } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { DepositAddresses } from './deposit-addresses.js';
import { DEPOSIT_SCHEME } from './deposit-scheme.js';
import { depositScheme } from './scheme-of-settings.js';
import { IndexSequence } from './index-sequence.js';
import { OwnAddresses } from './own-addresses.js';
import { WalletSource } from './wallet-source.js';

@Module({
  providers: [
    DepositAddresses,
    IndexSequence,
    OwnAddresses,
    WalletSource,
    { provide: DEPOSIT_SCHEME, inject: [SETTINGS], useFactory: depositScheme },
  ],
  exports: [DepositAddresses, OwnAddresses],
})
export class WalletModule {}
