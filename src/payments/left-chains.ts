import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type ChainConfig } from '../config/chains.js';
import { LEFT_CHAINS } from '../config/configuration.module.js';
import { agreedPositions } from '../chain/position/scanned-positions.js';
import { type ChainId } from '../ids/ids.js';
import { holdPayments } from './hold-payments.js';
import { DUE_IN_NEXT_STEP } from './next-step.js';
import { PaymentAdvances } from './payment-advances.js';
import { databaseClock } from '../database/database-clock.js';

/** So many payments are held at a time. */
const MOST_AT_ONCE = 500;
const EVERY_MS = 60_000;

/**
 * Payments on chains that are left on purpose. Those that can be paid on others as well are looked at once more by these:
 * they had come past the end of the payment, and would not look again by themselves. Those that cannot have no chain's
 * time left that they could end by, and end by our clock.
 */
@Injectable()
export class LeftChains implements OnApplicationBootstrap {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(LEFT_CHAINS) private readonly left: readonly Pick<ChainConfig, 'chainId'>[],
    private readonly advances: PaymentAdvances,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    if (this.left.length === 0) return;
    for (let after: string | undefined = NIL; after !== undefined;) after = await this.wakeSome(after);
    await this.endUnwatched();
  }

  /**
   * Nobody sees what is sent to them: they expire when their time is over by our clock. Nothing is lost by that, as money
   * that was mined in time counts should its chain be served again.
   */
  @Interval(EVERY_MS)
  async endUnwatched(): Promise<void> {
    for (const { chainId } of this.left) {
      for (let after: string | undefined = NIL; after !== undefined;)
        after = await this.endSome(chainId, after);
    }
  }

  /**
   * Of those that wait for money: what has come is decided by its chain alone, should it be served again.
   * @returns the last of those that were looked for after this one; undefined: there were none
   */
  private endSome(chainId: ChainId, after: string): Promise<string | undefined> {
    const left = this.left.map((chain) => chain.chainId);
    return this.dataSource.transaction(async (manager) => {
      const rows = await manager.query<{ id: string }[]>(
        `SELECT id FROM payments payment WHERE id > $4 AND status IN ('pending', 'partially_paid')
           AND EXISTS (SELECT FROM payment_options
             WHERE payment_id = payment.id AND chain_id = $1 AND recheck_at_time < now())
           AND NOT EXISTS (SELECT FROM payment_options WHERE payment_id = payment.id AND chain_id <> ALL($2))
         ORDER BY id LIMIT $3`,
        [chainId, left, MOST_AT_ONCE, after],
      );
      const ids = rows.map(({ id }) => id);
      if (ids.length === 0) return undefined;
      await holdPayments(manager, ids);
      const scanned = (await agreedPositions(manager, [chainId])).get(chainId);
      const { number = -1, finalNumber = null } = scanned ?? {};
      const position = {
        chainId,
        agreed: { number, time: databaseClock.now() },
        finalNumber,
        isUnsure: false,
      };
      await this.advances.advance(manager, ids, position);
      return ids.at(-1);
    });
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
      if (ids.length === 0) return undefined;
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
