import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { LEFT_CHAINS } from '../config/configuration.module.js';
import { DUE_IN_NEXT_STEP, holdPayments } from './next-step.js';

/** So many payments are held at a time. */
const MOST_AT_ONCE = 500;

/**
 * Has payments that have waited for a chain which is left now looked at once more by the chains that are not: they had
 * come past the end of the payment, and would not look again by themselves.
 */
@Injectable()
export class LeftChains implements OnApplicationBootstrap {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(LEFT_CHAINS) private readonly left: readonly Pick<ChainConfig, 'chainId'>[],
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.left.length === 0) return;
    for (let after: string | undefined = NIL; after !== undefined;) after = await this.wakeSome(after);
  }

  /** @returns the last of those that were looked for after this one; undefined: there were none */
  private wakeSome(after: string): Promise<string | undefined> {
    const left = this.left.map(({ chainId }) => chainId);
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `SELECT id FROM payments payment WHERE id > $1 AND status IN ('pending', 'partially_paid')
           AND EXISTS (SELECT FROM payment_options WHERE payment_id = payment.id AND chain_id = ANY($2))
           AND EXISTS (SELECT FROM payment_options WHERE payment_id = payment.id AND chain_id <> ALL($2))
         ORDER BY id LIMIT $3`,
        [after, left, MOST_AT_ONCE],
      );
      const ids = rows.map(({ id }) => id);
      await holdPayments(manager, ids);
      await manager.query(
        `UPDATE payment_options SET recheck_at_time = ${DUE_IN_NEXT_STEP}
         WHERE payment_id = ANY($1) AND chain_id <> ALL($2) AND recheck_at_time IS NULL`,
        [ids, left],
      );
      return ids.at(-1);
    });
  }
}

const NIL = '00000000-0000-0000-0000-000000000000';
