import { Inject, Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { stoodStillSince } from '../../process/running-time.js';
import { againInConflict } from '../../database/conflicts.js';
import { Coalescer } from '../../process/coalescer.js';
import { applyHealth, healthChanges, holdDeliveries } from '../endpoints/endpoint-health.js';
import {
  type AttemptOutcome,
  type Attempted,
  BEGIN,
  type Begun,
  RECORD,
  recordRow,
  UNANSWERED,
} from './attempt-records.js';
import { FIND_PENDING, type PendingDelivery, pendingOf, type PendingRow } from './pending-delivery.js';
import { type WebhookJob } from './webhook-job.js';
import { databaseClock } from '../../database/database-clock.js';

/** When a delivery comes again, and by which job. */
export interface NextAttempt {
  jobId: string;
  waitMs: number;
}

export interface Recorded {
  /**
   * The job of the next attempt; null: there is none, or another has been given the delivery meanwhile, and it stays as
   * that one left it.
   */
  nextJobId: string | null;
  /** Why the endpoint was disabled by this; null: it was not. */
  disabledFor: string | null;
}

/** After an exchange's patience has ended: what is not on record by then belongs to a worker that is no more. */
const RECORDED_WITHIN_MS = 5_000;
/** Looked up in one statement; each may stand for many deliveries. */
const JOBS_AT_ONCE = 20;

/** What an attempt needs of deliveries. Attempts that come at the same time share their statements. */
@Injectable()
export class DeliveryRepository {
  private readonly finds = new Coalescer((jobs: WebhookJob[]) => this.findAll(jobs), JOBS_AT_ONCE);
  // One statement for all that came meanwhile is cheaper than two for half of them each.
  private readonly records = new Coalescer((all: Attempted[]) => this.recordAll(all), 200, 1);
  private readonly begins = new Coalescer((all: Begun[]) => this.beginAll(all), 200, 1);

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'webhookTimeoutMs'>,
  ) {}

  /**
   * The deliveries of a job that are still its own, in the order of their events. Those that have ended are not among
   * them: the job came twice, or was overtaken. Nor are those whose endpoint is disabled: they stay pending, and come
   * back once it is enabled again.
   */
  findPending(job: WebhookJob): Promise<PendingDelivery[]> {
    return this.finds.call(job);
  }

  /**
   * Puts an attempt on record before anything is sent: what reaches the endpoint has its line in the log, even when
   * this process ends before it can say what came of it.
   * @returns the attempt's id; null: nothing is to be sent, as the delivery has ended or another job brings it now
   */
  begin({ id, jobId }: PendingDelivery, startedAt: Date): Promise<string | null> {
    return this.begins.call({ id: uuidv7(), delivery_id: id, job_id: jobId, started_at: startedAt });
  }

  /** Records what came of an attempt, and what becomes of its delivery, together or not at all. */
  record(delivery: PendingDelivery, attemptId: string, outcome: AttemptOutcome): Promise<Recorded> {
    return this.records.call([delivery, outcome, attemptId]);
  }

  /**
   * Takes the next slot of an endpoint's rate limit, which all workers share.
   * @param perSecond deliveries per second
   * @returns null: it may go at once; otherwise the delivery has the slot reserved
   */
  async takeSlot({ id, jobId, endpoint }: PendingDelivery, perSecond: number): Promise<NextAttempt | null> {
    const nextJobId = uuidv7();
    const [row] = await this.dataSource.query<{ wait_ms: number }[]>(
      `WITH slot AS (
         UPDATE webhook_endpoints
         SET next_slot_at = greatest(next_slot_at, now()) + $3 * interval '1 ms'
         WHERE id = $2 RETURNING next_slot_at - $3 * interval '1 ms' AS at),
       reserved AS (
         UPDATE webhook_deliveries SET next_attempt_at = slot.at, has_slot = true, job_id = $5 FROM slot
         WHERE webhook_deliveries.id = $1 AND state = 'pending' AND job_id IS NOT DISTINCT FROM $4
           AND slot.at > now())
       SELECT ceil(extract(epoch FROM slot.at - now()) * 1000)::integer AS wait_ms FROM slot`,
      [id, endpoint.id, 1000 / perSecond, jobId, nextJobId],
    );
    const waitMs = row?.wait_ms ?? 0;
    return waitMs > 0 ? { jobId: nextJobId, waitMs } : null;
  }

  private async findAll(jobs: WebhookJob[]): Promise<PendingDelivery[][]> {
    const ids = jobs.flatMap(({ id, deliveries }) => deliveries ?? [id]);
    const since = new Date(databaseClock.nowMs() - this.settings.webhookTimeoutMs - RECORDED_WITHIN_MS);
    const rows = await this.dataSource.query<PendingRow[]>(FIND_PENDING, [ids, UNANSWERED, since]);
    const found = new Map(rows.map((row) => [row.id, row]));
    return jobs.map((job) => {
      const asked = [...new Set(job.deliveries ?? [job.id])].flatMap((id) => found.get(id) ?? []);
      return asked.filter((row) => (row.job_id ?? row.id) === job.id).map(pendingOf);
    });
  }

  private async beginAll(all: Begun[]): Promise<(string | null)[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(BEGIN, [JSON.stringify(all), UNANSWERED]);
    const begun = new Set(rows.map(({ id }) => id));
    return all.map(({ id }) => (begun.has(id) ? id : null));
  }

  /**
   * Compare-and-set on the number of attempts and on the job: who comes second changes nothing of the delivery, and a
   * failure nothing of one that was replayed meanwhile. Endpoints are written before deliveries, here and elsewhere, so
   * that two transactions never wait for each other.
   */
  private async recordAll(all: Attempted[]): Promise<Recorded[]> {
    const nextJobIds = all.map(([, { nextInMs }]) => (nextInMs === null ? null : uuidv7()));
    const inOrder = all
      .map((one, index) => recordRow(one, nextJobIds[index] ?? null))
      // As everybody takes several deliveries, so that two transactions never wait for each other.
      .sort((a, b) => (a.delivery_id < b.delivery_id ? -1 : 1));
    const rows = JSON.stringify(inOrder);
    const changes = healthChanges(all, databaseClock.nowMs(), (sinceMs) =>
      stoodStillSince(databaseClock.onHostMs(sinceMs)),
    );
    const write = async (manager: EntityManager) => {
      const disabled = await applyHealth(manager, changes);
      return { disabled, recorded: await manager.query<{ delivery_id: string }[]>(RECORD, [rows]) };
    };
    const { manager } = this.dataSource;
    const { disabled, recorded } = await againInConflict(() =>
      changes.length > 0 ? manager.transaction(write) : write(manager),
    );
    await holdDeliveries(
      manager,
      disabled.map(({ endpointId }) => endpointId),
    );
    const ids = new Set(recorded.map((row) => row.delivery_id));
    return all.map(([{ id, endpoint }], index) => ({
      nextJobId: ids.has(id) ? (nextJobIds[index] ?? null) : null,
      disabledFor: disabled.find(({ endpointId }) => endpointId === endpoint.id)?.reason ?? null,
    }));
  }
}
