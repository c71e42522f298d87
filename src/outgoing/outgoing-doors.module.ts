import { Module } from '@nestjs/common';
import { AddressUsers } from './address-users.js';
import { Claimants } from './after-restore/claimants.js';
import { SigningPauses } from './signing-pauses.js';

/** What processes without a key may ask and say of money that leaves. */
@Module({
  providers: [AddressUsers, Claimants, SigningPauses],
  exports: [AddressUsers, Claimants, SigningPauses],
})
export class OutgoingDoorsModule {}
