import { Inject, Injectable } from '@nestjs/common';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';

/** More than any wallet shows as its own; what was handed out beyond is in the database. */
const LOOKED_AT = 1_000;

/** The wallet's first addresses, handed out or not yet. */
@Injectable()
export class OwnAddresses {
  constructor(@Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme) {}

  /** @param address lower-case */
  has(address: string): boolean {
    for (let index = 0; index < LOOKED_AT; index += 1) {
      if (this.scheme.addressAt(index)?.address === address) return true;
    }
    return false;
  }
}
