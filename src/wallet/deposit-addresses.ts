import { Inject, Injectable } from '@nestjs/common';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { IndexSequence } from './index-sequence.js';
import { WalletSource } from './wallet-source.js';

export interface DepositAddress {
  /** Lower-case hex with 0x. */
  address: string;
  scheme: DepositScheme['name'];
  derivationIndex: number;
  parameters: Record<string, unknown> | null;
}

/** Addresses that no payment has had before. */
@Injectable()
export class DepositAddresses {
  constructor(
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
    private readonly source: WalletSource,
    private readonly indices: IndexSequence,
  ) {}

  /** @throws OtherWalletError when this database has given addresses of another wallet */
  async next(): Promise<DepositAddress> {
    await this.source.claim();
    for (;;) {
      const derivationIndex = await this.indices.next();
      const found = this.scheme.addressAt(derivationIndex);
      // BIP-32: "In case … the resulting key is invalid, one should proceed with the next value".
      if (found) return { ...found, scheme: this.scheme.name, derivationIndex };
    }
  }
}
