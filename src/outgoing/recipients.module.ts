import { Module } from '@nestjs/common';
import { WalletModule } from '../wallet/wallet.module.js';
import { Recipients } from './recipients.js';

/** Where money may go, for code that signs and for code that takes requests: nothing here signs. */
@Module({ imports: [WalletModule], providers: [Recipients], exports: [Recipients] })
export class RecipientsModule {}
