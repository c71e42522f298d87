import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { DepositSource } from './deposit-source.entity.js';

/** The wallet given is not the one whose addresses customers already pay to. */
export class OtherWalletError extends Error {
  constructor(known: string, given: string) {
    super(
      `this database's payments belong to another wallet: its first address is ${known}, and that of MNEMONIC or ` +
        `XPUB is ${given}. Give back the wallet that was used before, or start on a new database`,
    );
  }
}

/**
 * Ties a database to the wallet that gave its first address. With another one the addresses handed out so far could
 * not be swept, and as derivation indices run through, neither wallet would be found whole by a scan from index 0.
 * No key is compared or stored, only the address at index 0.
 */
@Injectable()
export class WalletSource implements OnModuleInit {
  private claimed: Promise<void> | null = null;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
  ) {}

  /** @throws OtherWalletError, so that the process does not start */
  async onModuleInit(): Promise<void> {
    const source = await this.dataSource.manager.findOneBy(DepositSource, { scheme: this.scheme.name });
    if (source) this.requireOurs(source.firstAddress);
  }

  /**
   * Before an address is handed out. Not at start: a wallet tried and changed before the first payment leaves no trace.
   * @throws OtherWalletError when another process, with another wallet, came first
   */
  claim(): Promise<void> {
    this.claimed ??= this.firstOrSame().catch((error: unknown) => {
      this.claimed = null;
      throw error;
    });
    return this.claimed;
  }

  private async firstOrSame(): Promise<void> {
    // DO UPDATE, since DO NOTHING would not return the row of whoever came first.
    const [row] = await this.dataSource.query<{ first_address: string }[]>(
      `INSERT INTO deposit_sources (scheme, first_address) VALUES ($1, $2)
       ON CONFLICT (scheme) DO UPDATE SET scheme = excluded.scheme RETURNING first_address`,
      [this.scheme.name, this.firstAddress],
    );
    this.requireOurs(row?.first_address);
  }

  private get firstAddress(): string {
    return this.scheme.addressAt(0)?.address ?? 'none';
  }

  private requireOurs(known = 'unknown'): void {
    if (known !== this.firstAddress) throw new OtherWalletError(known, this.firstAddress);
  }
}
