import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type DepositScheme } from './deposit-scheme.js';
import { DepositSource } from './deposit-source.entity.js';
import { NEXT_INDEX } from './next-index.js';
import { firstAddress, OtherWalletError } from './wallet-source.js';

/** How far a database has given out its wallet's addresses. */
@Injectable()
export class WalletExtent {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * @returns every derivation index given out so far is below this
   * @throws OtherWalletError when the addresses are another wallet's
   */
  async indicesGiven(scheme: DepositScheme): Promise<number> {
    const source = await this.dataSource.manager.findOneBy(DepositSource, { scheme: scheme.name });
    const given = firstAddress(scheme);
    if (source && source.firstAddress !== given) throw new OtherWalletError(source.firstAddress, given);
    const [sequence] = await this.dataSource.query<{ next: string }[]>(NEXT_INDEX);
    return Number(sequence?.next);
  }
}

/** The first address of the wallet that a database belongs to, by its scheme. Any client of Postgres will do. */
export const FIRST_ADDRESS_KNOWN = 'SELECT first_address FROM deposit_sources WHERE scheme = $1';
