import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type JobPlace } from '../delivery/webhook-job.js';
import { type DeliveryFilter } from './delivery-log.repository.js';

export interface ReplayedDelivery extends JobPlace {
  /** Its endpoint is disabled: it is kept until that is enabled. */
  isHeld: boolean;
}

/**
 * A replay is the same delivery again, under the same webhook-id, with the retry schedule from its start; its earlier
 * attempts stay on record. What is still pending is made due now. By a new job: the old one may be at work, and what it
 * says last (a failure after which the delivery would be dead) is not about this replay. Held by id first, as everybody
 * does who changes several, so that two never wait for each other.
 */
const reopen = (which: string) => `
  WITH held AS MATERIALIZED (
    SELECT d.id FROM webhook_deliveries d WHERE ${which} ORDER BY d.id FOR UPDATE)
  UPDATE webhook_deliveries d
  SET state = 'pending', attempts_before = d.attempts, finished_at = NULL, has_slot = false, job_id = gen_random_uuid(),
    next_attempt_at = CASE WHEN e.state = 'enabled' THEN now() END
  FROM webhook_endpoints e, held
  WHERE d.id = held.id AND e.id = d.endpoint_id AND e.deleted_at IS NULL
  RETURNING d.id, d.endpoint_id AS "endpointId", d.job_id AS "jobId", e.state = 'disabled' AS "isHeld"`;

/** So many deliveries are replayed by one request: what is under way fills a queue that all merchants share. */
export const MOST_REPLAYED = 10_000;

@Injectable()
export class ReplayRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** @returns null when the delivery is another merchant's, or its endpoint is no more */
  async one(merchantId: string, id: string): Promise<ReplayedDelivery | null> {
    const [row] = await this.update(reopen('d.id = $1 AND d.merchant_id = $2'), [id, merchantId]);
    return row ?? null;
  }

  /**
   * The oldest of them, `MOST_REPLAYED` at most.
   * @param filter `except`: an endpoint whose deliveries are left out
   * @param since deliveries made from then on; null: all
   */
  matching(
    merchantId: string,
    filter: DeliveryFilter & { state: 'dead' | 'delivered'; except: string | null },
    since: Date | null,
  ): Promise<ReplayedDelivery[]> {
    return this.update(
      reopen(`d.state = $2 AND d.id IN (
         SELECT o.id FROM webhook_deliveries o JOIN webhook_endpoints t ON t.id = o.endpoint_id AND t.deleted_at IS NULL
         WHERE o.merchant_id = $1 AND o.state = $2 AND ($3::uuid IS NULL OR o.endpoint_id = $3)
           AND ($4::varchar IS NULL OR o.event_id = $4) AND ($5::varchar IS NULL OR o.event_type = $5)
           AND ($6::timestamptz IS NULL OR o.created_at >= $6)
           AND ($7::uuid IS NULL OR o.endpoint_id <> $7)
         ORDER BY o.created_at, o.id LIMIT ${MOST_REPLAYED})`),
      [
        merchantId,
        filter.state,
        filter.endpointId ?? null,
        filter.eventId ?? null,
        filter.eventType ?? null,
        since,
        filter.except,
      ],
    );
  }

  /**
   * All events of a time for one endpoint: what was not delivered is sent again, and what was never sent there, because
   * the endpoint was made or subscribed later, is sent for the first time.
   */
  since(
    merchantId: string,
    endpointId: string,
    { since, until, types, states }: { since: Date; until: Date | null; types: string[]; states: string[] },
  ): Promise<ReplayedDelivery[]> {
    return this.dataSource.transaction(async (manager) => {
      const made = await manager.query<ReplayedDelivery[]>(
        `INSERT INTO webhook_deliveries
           (id, event_id, endpoint_id, merchant_id, payment_id, event_type, position, next_attempt_at)
         SELECT gen_random_uuid(), v.id, e.id, v.merchant_id, v.payment_id, v.type, v.position,
           CASE WHEN e.state = 'enabled' THEN now() END
         FROM events v JOIN webhook_endpoints e ON e.id = $2
         WHERE v.merchant_id = $1 AND v.created_at >= $3 AND ($4::timestamptz IS NULL OR v.created_at < $4)
           AND v.type = ANY($5) AND v.dispatched_at IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM webhook_deliveries d WHERE d.event_id = v.id AND d.endpoint_id = e.id)
         ORDER BY v.position LIMIT ${MOST_REPLAYED}
         ON CONFLICT DO NOTHING
         RETURNING id, endpoint_id AS "endpointId", job_id AS "jobId", next_attempt_at IS NULL AS "isHeld"`,
        [merchantId, endpointId, since, until, types],
      );
      const [again] = await manager.query<[ReplayedDelivery[], number]>(
        reopen(`d.state = ANY($6) AND d.id IN (
           SELECT o.id FROM webhook_deliveries o JOIN events v ON v.id = o.event_id
           WHERE o.merchant_id = $1 AND o.endpoint_id = $2 AND o.event_type = ANY($5) AND o.state = ANY($6)
             AND o.id <> ALL($7) AND v.created_at >= $3 AND ($4::timestamptz IS NULL OR v.created_at < $4)
           ORDER BY o.state = 'pending', v.created_at, o.id LIMIT $8)`),
        [
          merchantId,
          endpointId,
          since,
          until,
          types,
          states,
          made.map(({ id }) => id),
          MOST_REPLAYED - made.length,
        ],
      );
      return [...made, ...again];
    });
  }

  private async update(sql: string, parameters: unknown[]): Promise<ReplayedDelivery[]> {
    const [rows] = await this.dataSource.query<[ReplayedDelivery[], number]>(sql, parameters);
    return rows;
  }
}
