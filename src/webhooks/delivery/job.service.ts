import { Injectable } from '@nestjs/common';
import { runningMs } from '../../process/running-time.js';
import { FairTurns } from '../../process/fair-turns.js';
import { DeliveryRepository } from './delivery.repository.js';
import { type PendingDelivery } from './pending-delivery.js';
import { DeliveryService, type UnderWay } from './delivery.service.js';
import { EndpointGate } from './endpoint-gate.js';
import { type WebhookJob } from './webhook-job.js';
import { steadyMs } from '../../process/steady-time.js';

/** Exchanges that one worker process can have at once. */
const SLOTS = 200;
/** Of them, those that endpoints may use that are slow or not known yet, less what the gate keeps back even of these. */
export const SHARED_SLOTS = 100;
/** A delivery that has to wait looks again so often, as long as its job is kept by others anyway. */
const LOOK_AGAIN_MS = 1_000;

/**
 * Works off the deliveries of a job. They share nothing but the way through the queue: none waits for another to end,
 * but for those of its own payment.
 */
@Injectable()
export class JobService {
  /** Endpoints take turns: what one of them has still to get from bursts before does not hold up what is new for another. */
  private readonly slots = new FairTurns(SLOTS);

  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly attempts: DeliveryService,
    private readonly gate: EndpointGate,
  ) {}

  /**
   * Safe to repeat: what has ended, or is not yet due, is left alone.
   * @returns ms after which the job is to come again, or null when it is done
   */
  async work(job: WebhookJob): Promise<number | null> {
    const caller = { jobId: job.id, size: job.deliveries?.length ?? 1 };
    const busyMs = job.endpointId === undefined ? null : this.gate.ask(job.endpointId, caller, runningMs());
    if (busyMs !== null) return busyMs;
    const pending = await this.deliveries.findPending(job).finally(() => {
      if (job.endpointId !== undefined) this.gate.prepared(job.endpointId, caller);
    });
    const underWay: UnderWay = { ...caller, count: 0 };
    const lanes = lanesOf(pending);
    const ended = await Promise.allSettled(lanes.map((lane) => this.follow(job, lane, underWay)));
    const waits = ended.flatMap((end) => {
      if (end.status === 'rejected') throw end.reason;
      return end.value ?? [];
    });
    return waits.length === 0 ? null : Math.min(...waits);
  }

  private async follow(
    job: WebhookJob,
    [first, ...later]: PendingDelivery[],
    underWay: UnderWay,
  ): Promise<number | null> {
    let waitMs = first ? await this.bring(job, first, underWay) : null;
    for (const { id } of later) {
      if (waitMs !== null) return waitMs;
      // Read again: whether it is behind was said before the one in front of it was attempted.
      const [delivery] = await this.deliveries.findPending({ id: job.id, deliveries: [id] });
      waitMs = delivery ? await this.bring(job, delivery, underWay) : null;
    }
    return waitMs;
  }

  /**
   * While others of the job are under way it cannot come again, so one that has to wait waits here, or a hanging
   * exchange would hold up what shares its job. So does one that waits for nothing but the turn of a quick endpoint.
   * @returns ms to wait until it can be attempted, or null when nothing is left to do for this job
   */
  private async bring(
    job: WebhookJob,
    delivery: PendingDelivery,
    underWay: UnderWay,
  ): Promise<number | null> {
    const { id: endpointId } = delivery.endpoint;
    let current: PendingDelivery | undefined = delivery;
    let readAt = steadyMs();
    while (current) {
      const waitMs = await this.attempt(current, readAt, underWay);
      if (waitMs === null) return null;
      if (underWay.count === 0 && !this.isSoon(current)) return waitMs;
      await this.gate.turn(endpointId, Math.min(waitMs, LOOK_AGAIN_MS));
      // Postgres need not be asked while its endpoint takes nothing.
      const isFull = this.gate.isFull(endpointId, runningMs());
      if (!current.isBehind && (isFull || steadyMs() - readAt < LOOK_AGAIN_MS)) continue;
      [current] = await this.deliveries.findPending({ id: job.id, deliveries: [delivery.id] });
      readAt = steadyMs();
    }
    return null;
  }

  /** What was read a while ago is read again before it is sent: it may have ended, or its endpoint moved. */
  private attempt(delivery: PendingDelivery, readAt: number, underWay: UnderWay): Promise<number | null> {
    const { id: endpointId } = delivery.endpoint;
    const isOld = steadyMs() - readAt >= LOOK_AGAIN_MS;
    return this.slots.hold(endpointId, async () =>
      isOld && !this.gate.isFull(endpointId, runningMs()) ? 0 : this.attempts.attempt(delivery, underWay),
    );
  }

  /** It is due, and only its endpoint has too much to do at this moment. */
  private isSoon({ endpoint, isBehind, dueAtMs }: PendingDelivery): boolean {
    const now = steadyMs();
    return !isBehind && dueAtMs <= now && this.gate.isSoon(endpoint.id, now);
  }
}

/** Those of one payment one after another, the others side by side. */
function lanesOf(deliveries: PendingDelivery[]): PendingDelivery[][] {
  const lanes = new Map<string, PendingDelivery[]>();
  for (const delivery of deliveries) {
    const key = delivery.paymentId ?? delivery.id;
    const lane = lanes.get(key);
    if (lane) lane.push(delivery);
    else lanes.set(key, [delivery]);
  }
  return [...lanes.values()];
}
