import { Module } from '@nestjs/common';
import { AddressUsers } from './address-users.js';
import { SigningPauses } from './signing-pauses.js';

/** What processes without a key may ask and say of money that leaves. */
@Module({ providers: [AddressUsers, SigningPauses], exports: [AddressUsers, SigningPauses] })
export class OutgoingDoorsModule {}
