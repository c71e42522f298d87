import { Module } from '@nestjs/common';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { DepositAddresses } from './deposit-addresses.js';
import { depositNode } from './deposit-node.js';
import { DEPOSIT_SCHEME, type DepositScheme, HdDeposits } from './deposit-scheme.js';
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

function depositScheme(settings: Settings): DepositScheme {
  if (settings.xpub !== null) return new HdDeposits(depositNode({ xpub: settings.xpub }));
  if (settings.mnemonic !== null) return new HdDeposits(depositNode({ mnemonic: settings.mnemonic }));
  throw new Error('deposit addresses need MNEMONIC or XPUB');
}
