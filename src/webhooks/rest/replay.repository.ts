import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type JobPlace } from '../delivery/webhook-job.js';
import { type DeliveryFilter } from './delivery-log.repository.js';

export interface ReplayedDelivery extends JobPlace {
  /** Its endpoint is disabled: it is kept until that is enabled. */
  isHeld: boolean;
}

export interface Replayed {
  deliveries: ReplayedDelivery[];
  /** From when on to ask for the others; null: these were all. */
  nextSince: Date | null;
}

/**
 * A replay is the same delivery again, under the same webhook-id, with the retry schedule from its start; its earlier
 * attempts stay on record. What is still pending is made due now. By a new job: the old one may be at work, and what it
 * says last (a failure after which the delivery would be dead) is not about this replay. Held by id first, as everybody
 * does who changes several, so that two never wait for each other.
 */
const reopen = (which: string) => `
  WITH held AS MATERIALIZED (
    SELECT d.id FROM webhook_deliveries d WHERE ${which} ORDER BY d.id FOR NO KEY UPDATE)
  UPDATE webhook_deliveries d
  SET state = 'pending', attempts_before = d.attempts, finished_at = NULL, has_slot = false, job_id = gen_random_uuid(),
    next_attempt_at = CASE WHEN e.state = 'enabled' THEN now() END
  FROM webhook_endpoints e, held
  WHERE d.id = held.id AND e.id = d.endpoint_id AND e.deleted_at IS NULL
  RETURNING d.id, d.endpoint_id AS "endpointId", d.job_id AS "jobId", e.state = 'disabled' AS "isHeld"`;

/** So many deliveries are replayed by one request: what is under way fills a queue that all merchants share. */
export const MOST_REPLAYED = 10_000;

/** So many are looked at for it, however few of them are wanted: a merchant's log has no end, and a request has one. */
export const MOST_LOOKED_AT = 100_000;

@Injectable()
export class ReplayRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns null when the delivery is another merchant's, or its endpoint is no more */
  async one(merchantId: string, id: string): Promise<ReplayedDelivery | null> {
    const [row] = await this.update(reopen('d.id = $1 AND d.merchant_id = $2'), [id, merchantId]);
    return row ?? null;
  }

  /**
   * The oldest of them, `MOST_REPLAYED` at most, among the oldest `MOST_LOOKED_AT`.
   * @param filter `except`: an endpoint whose deliveries are left out
   * @param since deliveries made from then on; null: all
   */
  async matching(
    merchantId: string,
    filter: DeliveryFilter & { state: 'dead' | 'delivered'; except: string | null },
    since: Date | null,
  ): Promise<Replayed> {
    const end = await this.endOfLook(
      this.dataSource.manager,
      `FROM webhook_deliveries WHERE merchant_id = $1 AND state = $2 AND state IN ('delivered', 'dead')
         AND ($3::timestamptz IS NULL OR created_at >= $3)`,
      [merchantId, filter.state, since],
      since,
    );
    const chosen = await this.dataSource.query<{ id: string; at: Date }[]>(
      `SELECT d.id, d.created_at AS at FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
       WHERE e.deleted_at IS NULL AND d.merchant_id = $1 AND d.state = $2 AND ($3::uuid IS NULL OR d.endpoint_id = $3)
         AND ($4::varchar IS NULL OR d.event_id = $4) AND ($5::varchar IS NULL OR d.event_type = $5)
         AND ($6::timestamptz IS NULL OR d.created_at >= $6) AND ($7::uuid IS NULL OR d.endpoint_id <> $7)
         AND ($8::timestamptz IS NULL OR d.created_at < $8) AND d.state IN ('delivered', 'dead')
       ORDER BY d.created_at, d.id LIMIT ${MOST_REPLAYED}`,
      [
        merchantId,
        filter.state,
        filter.endpointId ?? null,
        filter.eventId ?? null,
        filter.eventType ?? null,
        since,
        filter.except,
        end,
      ],
    );
    const deliveries = await this.update(reopen('d.state = $1 AND d.id = ANY($2)'), [
      filter.state,
      chosen.map(({ id }) => id),
    ]);
    return { deliveries, nextSince: nextAfter(chosen) ?? end };
  }

  /**
   * All events of a time for one endpoint: what was not delivered is sent again, and what was never sent there, because
   * the endpoint was made or subscribed later, is sent for the first time. The oldest, `MOST_REPLAYED` at most, among the
   * oldest `MOST_LOOKED_AT`.
   */
  since(
    merchantId: string,
    endpointId: string,
    { since, until, types, states }: { since: Date; until: Date | null; types: string[]; states: string[] },
  ): Promise<Replayed> {
    return this.dataSource.transaction(async (manager) => {
      const end = await this.endOfLook(
        manager,
        `FROM events WHERE merchant_id = $1 AND created_at >= $2 AND ($3::timestamptz IS NULL OR created_at < $3)
           AND dispatched_at IS NOT NULL`,
        [merchantId, since, until],
        since,
      );
      const chosen = await manager.query<{ id: string; deliveryId: string | null; at: Date }[]>(
        `SELECT v.id, d.id AS "deliveryId", v.created_at AS at
         FROM events v LEFT JOIN webhook_deliveries d ON d.event_id = v.id AND d.endpoint_id = $2
         WHERE v.merchant_id = $1 AND v.created_at >= $3 AND ($4::timestamptz IS NULL OR v.created_at < $4)
           AND v.type = ANY($5) AND v.dispatched_at IS NOT NULL AND (d.id IS NULL OR d.state = ANY($6))
         ORDER BY v.created_at, v.id LIMIT ${MOST_REPLAYED}`,
        [merchantId, endpointId, since, end ?? until, types, states],
      );
      const made = await manager.query<ReplayedDelivery[]>(
        `INSERT INTO webhook_deliveries
           (id, event_id, endpoint_id, merchant_id, payment_id, event_type, position, next_attempt_at)
         SELECT gen_random_uuid(), v.id, e.id, v.merchant_id, v.payment_id, v.type, v.position,
           CASE WHEN e.state = 'enabled' THEN now() END
         FROM events v JOIN webhook_endpoints e ON e.id = $1 WHERE v.id = ANY($2)
         ON CONFLICT DO NOTHING
         RETURNING id, endpoint_id AS "endpointId", job_id AS "jobId", next_attempt_at IS NULL AS "isHeld"`,
        [endpointId, chosen.filter(({ deliveryId }) => deliveryId === null).map(({ id }) => id)],
      );
      const [again] = await manager.query<[ReplayedDelivery[], number]>(
        reopen('d.state = ANY($1) AND d.id = ANY($2)'),
        [states, chosen.flatMap(({ deliveryId }) => deliveryId ?? [])],
      );
      return { deliveries: [...made, ...again], nextSince: nextAfter(chosen) ?? end };
    });
  }

  /**
   * Where a look from the oldest on ends.
   * @returns null: with the last of them
   */
  private async endOfLook(
    manager: EntityManager,
    from: string,
    parameters: unknown[],
    since: Date | null,
  ): Promise<Date | null> {
    const [next] = await manager.query<{ at: Date }[]>(
      `SELECT created_at AS at ${from} ORDER BY created_at, id OFFSET ${MOST_LOOKED_AT} LIMIT 1`,
      parameters,
    );
    // So many of one moment are looked at together: else the next request would begin where this one did.
    if (next === undefined || next.at.getTime() === since?.getTime()) return null;
    return next.at;
  }

  private async update(sql: string, parameters: unknown[]): Promise<ReplayedDelivery[]> {
    const [rows] = await this.dataSource.query<[ReplayedDelivery[], number]>(sql, parameters);
    return rows;
  }
}

function nextAfter(chosen: readonly { at: Date }[]): Date | null {
  return chosen.length < MOST_REPLAYED ? null : (chosen.at(-1)?.at ?? null);
}
