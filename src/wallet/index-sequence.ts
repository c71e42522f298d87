import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { Coalescer } from '../process/coalescer.js';
import { DEPOSIT_SCHEME, type DepositScheme } from './deposit-scheme.js';
import { firstAddress, OtherWalletError } from './wallet-source.js';
import { type Address } from '../ids/ids.js';

/**
 * Hands out derivation indices from a Postgres sequence: no two processes get the same one, and none comes twice.
 * Callers that wait at the same time share one query; nothing is taken ahead of need, since gaps between funded
 * addresses make a wallet harder to recover.
 */
@Injectable()
export class IndexSequence {
  private readonly firstAddress: Address;
  private readonly together = new Coalescer((callers: null[]) =>
    this.take(this.dataSource.manager, callers.length),
  );

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(DEPOSIT_SCHEME) private readonly scheme: DepositScheme,
  ) {
    this.firstAddress = firstAddress(scheme);
  }

  /** For callers in no transaction: those at the same time share a query. @throws OtherWalletError */
  next(): Promise<number> {
    return this.together.call(null);
  }

  /**
   * For callers in a transaction, on its own connection: waiting for a second one while holding one never ends once
   * every connection of the pool does so.
   * @throws OtherWalletError
   */
  async nextIn(manager: EntityManager): Promise<number> {
    const [index] = await this.take(manager, 1);
    return index as number;
  }

  /** No row comes, and no index is taken, when the database is another wallet's. */
  private async take(manager: EntityManager, count: number): Promise<number[]> {
    const rows = await manager.query<{ index: string }[]>(
      `SELECT nextval('derivation_index_seq') AS index FROM generate_series(1, $1)
       WHERE EXISTS (SELECT 1 FROM deposit_sources WHERE scheme = $2 AND first_address = $3)`,
      [count, this.scheme.name, this.firstAddress],
    );
    if (rows.length < count) throw new OtherWalletError('another one', this.firstAddress);
    return rows.map(({ index }) => Number(index));
  }
}
