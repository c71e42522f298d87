import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DEPOSIT_SCHEME } from './deposit-addresses.js';
import { type DepositScheme } from './deposit-scheme.js';

/** The wallet given is not the one whose addresses customers already pay to. */
export class OtherWalletError extends Error {
  constructor(index: number, known: string, derived: string) {
    super(
      `this database's payments belong to another wallet: address ${index} is ${known}, but MNEMONIC or XPUB derives ` +
        `${derived}. Give back the wallet that was used before, or start on a new database`,
    );
  }
}

/**
 * Refuses to start with a wallet other than the one that made the addresses so far: money paid to the old ones could
 * not be swept with it. No key is compared, only an address both should derive.
 */
@Injectable()
export class WalletSource implements OnModuleInit {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
  ) {}

  /** @throws OtherWalletError */
  async onModuleInit(): Promise<void> {
    const [last] = await this.dataSource.query<{ derivation_index: string; address: string }[]>(
      'SELECT derivation_index, address FROM payments WHERE deposit_scheme = $1 ORDER BY derivation_index DESC LIMIT 1',
      [this.scheme.name],
    );
    if (!last) return;
    const index = Number(last.derivation_index);
    const derived = this.scheme.addressAt(index)?.address ?? 'none';
    if (derived !== last.address) throw new OtherWalletError(index, last.address, derived);
  }
}
