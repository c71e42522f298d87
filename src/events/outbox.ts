import { EventEmitter } from 'node:events';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, type QueryRunner } from 'typeorm';
import { type PaymentEvent } from './event.entity.js';

export type NewEvent = Pick<PaymentEvent, 'id' | 'type' | 'merchantId' | 'paymentId' | 'body'>;

/** What a dispatcher has to know; the body stays where it is. */
export type ClaimedEvent = Pick<PaymentEvent, 'id' | 'type' | 'merchantId' | 'paymentId'> & {
  /** A bigint's digits. */
  position: string;
};

/**
 * Events waiting to be sent. They are written in the transaction of the change they announce, so neither can exist
 * without the other; whoever delivers them claims them from here.
 */
@Injectable()
export class Outbox {
  private readonly commits = new EventEmitter();
  /** Transactions that have written events and are not committed yet. */
  private readonly writing = new WeakSet<QueryRunner>();

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {
    // Of transactions alone: they are called at every commit, so that nobody has to remember to call anything after it.
    dataSource.subscribers.push({
      afterTransactionCommit: ({ queryRunner }) => this.ended(queryRunner, true),
      afterTransactionRollback: ({ queryRunner }) => this.ended(queryRunner, false),
    });
  }

  /** Inside the transaction that makes the change; whoever waits for events is woken when it has committed. */
  async append(manager: EntityManager, events: NewEvent[]): Promise<void> {
    if (events.length === 0) return;
    const columns = [
      events.map(({ id }) => id),
      events.map(({ type }) => type),
      events.map(({ merchantId }) => merchantId),
      events.map(({ paymentId }) => paymentId),
      events.map(({ body }) => body),
    ];
    await manager.query(
      `INSERT INTO events (id, type, merchant_id, payment_id, body)
       SELECT id, type, merchant_id, payment_id, body
       FROM unnest($1::varchar[], $2::varchar[], $3::uuid[], $4::uuid[], $5::text[])
         WITH ORDINALITY AS new (id, type, merchant_id, payment_id, body, place)
       ORDER BY place`,
      columns,
    );
    this.written(manager);
  }

  /**
   * Events were written by a statement of the caller's own, in place of `append`: whoever waits for them is woken when
   * they are committed. Other processes find them by their regular sweep.
   */
  written({ queryRunner }: EntityManager): void {
    if (queryRunner?.isTransactionActive) this.writing.add(queryRunner);
    else this.commits.emit('committed');
  }

  /**
   * Takes up to `limit` undispatched events, oldest first; they are dispatched once the transaction commits. Events that
   * another dispatcher holds are skipped, not waited for. Deliveries refer to them, and may be written meanwhile: whoever
   * writes those first would wait for us, and we for what he has written.
   */
  claim(manager: EntityManager, limit: number): Promise<ClaimedEvent[]> {
    return manager.query<ClaimedEvent[]>(
      `WITH next AS MATERIALIZED (
         SELECT id FROM events WHERE dispatched_at IS NULL ORDER BY position LIMIT $1 FOR NO KEY UPDATE SKIP LOCKED),
       claimed AS (
         UPDATE events SET dispatched_at = now() FROM next WHERE events.id = next.id
         RETURNING events.id, type, merchant_id, payment_id, position)
       SELECT id, type, merchant_id AS "merchantId", payment_id AS "paymentId", position FROM claimed
       ORDER BY claimed.position`,
      [limit],
    );
  }

  /** Whether there is anything to claim, unless others hold all of it. */
  async hasUndispatched(): Promise<boolean> {
    const [row] = await this.dataSource.query<{ any: boolean }[]>(
      'SELECT EXISTS (SELECT FROM events WHERE dispatched_at IS NULL) AS any',
    );
    return row?.any === true;
  }

  /** The undispatched events, oldest first, which stay so. @param after those behind this one; null: all */
  undispatched(
    manager: EntityManager,
    limit: number,
    after: ClaimedEvent['position'] | null,
  ): Promise<ClaimedEvent[]> {
    return manager.query<ClaimedEvent[]>(
      `SELECT id, type, merchant_id AS "merchantId", payment_id AS "paymentId", position FROM events
       WHERE dispatched_at IS NULL AND events.position > coalesce($2::bigint, -1) ORDER BY events.position LIMIT $1`,
      [limit, after],
    );
  }

  /** @returns a function that ends the subscription */
  onCommitted(listener: () => void): () => void {
    this.commits.on('committed', listener);
    return () => this.commits.off('committed', listener);
  }

  /** @param queryRunner while savepoints end, its transaction goes on */
  private ended(queryRunner: QueryRunner, isCommitted: boolean): void {
    if (queryRunner.isTransactionActive || !this.writing.delete(queryRunner)) return;
    if (isCommitted) this.commits.emit('committed');
  }
}
