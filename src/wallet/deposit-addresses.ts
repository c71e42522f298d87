import { Inject, Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { IndexSequence } from './index-sequence.js';
import { type Address } from '../ids/ids.js';

export interface DepositAddress {
  /** Lower-case hex with 0x. */
  address: Address;
  scheme: DepositScheme['name'];
  derivationIndex: number;
  parameters: Record<string, unknown> | null;
}

/** Addresses that no payment has had before. */
@Injectable()
export class DepositAddresses {
  constructor(
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
    private readonly indices: IndexSequence,
  ) {}

  /** For callers in no transaction. @throws OtherWalletError when the database is another wallet's */
  next(): Promise<DepositAddress> {
    return this.first(() => this.indices.next());
  }

  /** As `next`, on the connection of the transaction that the caller is in. */
  nextIn(manager: EntityManager): Promise<DepositAddress> {
    return this.first(() => this.indices.nextIn(manager));
  }

  private async first(nextIndex: () => Promise<number>): Promise<DepositAddress> {
    for (;;) {
      const derivationIndex = await nextIndex();
      const found = this.scheme.addressAt(derivationIndex);
      // BIP-32: "In case … the resulting key is invalid, one should proceed with the next value".
      if (found) return { ...found, scheme: this.scheme.name, derivationIndex };
    }
  }
}
