import { InjectQueue } from '@nestjs/bullmq';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { type Queue } from 'bullmq';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { HealthIndicators } from '../../health/health-indicators.js';
import { Coalescer } from '../../process/coalescer.js';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { WEBHOOK_QUEUE } from '../../queue/queue-names.js';
import { type NextAttempt } from './delivery.repository.js';
import { type PendingDelivery } from './pending-delivery.js';
import { type WebhookJob } from './webhook-job.js';
import { steadyMs } from '../../process/steady-time.js';

export { WEBHOOK_QUEUE };

/** BullMQ on Postgres takes no fractions: it refuses to put the job off, which stays until its lock has run out. */
function wholeMs(ms: number): number {
  return Math.max(0, Math.ceil(ms));
}

/** Thrown by the processor to have a job run again. */
export class TryLaterError extends Error {
  readonly delayMs: number;

  /** @param delayMs below 0 for what has become due meanwhile; BullMQ would take -1 for "never again" */
  constructor(delayMs: number) {
    super(`next attempt in ${delayMs} ms`);
    this.delayMs = wholeMs(delayMs);
  }
}

/** Postgres decides when a delivery ends; the queue only brings jobs back when they are due. */
const NEVER_GIVES_UP = 1_000_000;
const BULK = 500;
/** Of the same reason, however often BullMQ asks. */
export const COMPLAIN_EVERY_MS = 10_000;
/** What is to be sent is brought to the queue again and again, so that a refusal is soon followed by another or by none. */
const REFUSAL_COUNTS_MS = 60_000;

interface LaterJob {
  job: WebhookJob;
  delayMs: number;
}

/** Clocks of several workers differ by less. */
const AHEAD_MS = 60_000;
/** Of those that are overdue longest: where a clock was ahead, it was so for all. */
const LOOKED_AT = 10;

@Injectable()
export class WebhookQueue {
  private readonly logger = new Logger(WebhookQueue.name);
  private refusedAtMs = -Infinity;
  private readonly later = new Coalescer((all: LaterJob[]) => this.addBulk(all).then(() => all));

  constructor(
    @InjectQueue(WEBHOOK_QUEUE) private readonly queue: Queue<WebhookJob>,
    health: HealthIndicators,
    @Inject(SETTINGS) settings: Settings,
  ) {
    const complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
    // BullMQ connects again by itself; unheard, it would write to the console.
    queue.on('error', ({ message: reason }) => {
      if (complaints.isDue('queue', reason, steadyMs()))
        this.logger.warn({ reason }, 'the queue does not answer');
    });
    let hasAnswered = false;
    health.add({
      name: 'queue',
      // A worker without a queue does nothing. Where the API is too, payments go on while it is away, and the outbox
      // keeps what is to be sent; but a queue that has never answered will not come back by itself.
      isEssential: () =>
        settings.roles.includes('worker') && !(settings.roles.includes('api') && hasAnswered),
      check: async () => {
        await queue.isPaused();
        hasAnswered = true;
        // A Redis that has no room, or cannot save, answers what reads and refuses what writes.
        if (steadyMs() - this.refusedAtMs < REFUSAL_COUNTS_MS) throw new Error('the queue takes no jobs');
      },
    });
  }

  /**
   * Jobs that are in the queue already stay as they are.
   * @param delayMs of those that could not be taken at once anyway
   */
  async add(jobs: WebhookJob[], delayMs: (job: WebhookJob) => number = () => 0): Promise<void> {
    for (let start = 0; start < jobs.length; start += BULK) {
      const bulk = jobs.slice(start, start + BULK);
      await this.addBulk(bulk.map((job) => ({ job, delayMs: delayMs(job) })));
    }
  }

  /** Whether it waits, or is at work. */
  async has({ id }: WebhookJob): Promise<boolean> {
    return (await this.queue.getJob(id)) !== undefined;
  }

  /** The job of a delivery's next attempt. Those that come at the same time share a statement. */
  async addLater(
    { id, endpoint }: Pick<PendingDelivery, 'id' | 'endpoint'>,
    { jobId, waitMs }: NextAttempt,
    isOfFailing: boolean,
  ): Promise<void> {
    const job = { id: jobId, endpointId: endpoint.id, deliveries: [id], isOfFailing };
    await this.later.call({ job, delayMs: waitMs });
  }

  /**
   * Has jobs come that were put off by a clock which was ahead of ours, as ours was before it was set back: they would
   * wait until it has caught up. Those that come too early are put off again.
   * @param overdue by Postgres' clock
   */
  async bringForward(overdue: readonly WebhookJob[]): Promise<void> {
    for (const { id } of overdue.slice(0, LOOKED_AT)) {
      const job = await this.queue.getJob(id);
      if (!isOfLater(job, Date.now())) continue;
      await this.queue.promoteJobs();
      return;
    }
  }

  /** Jobs waiting for a worker. */
  async waiting(): Promise<number> {
    const { waiting = 0, prioritized = 0 } = await this.queue.getJobCounts('waiting', 'prioritized');
    return waiting + prioritized;
  }

  private async addBulk(all: LaterJob[]): Promise<void> {
    try {
      await this.queue.addBulk(jobsOf(all));
      this.refusedAtMs = -Infinity;
    } catch (error) {
      this.refusedAtMs = steadyMs();
      throw error;
    }
  }
}

/** Whether a clock that was ahead of ours by far wrote it. */
export function isOfLater(
  job: { timestamp: number; processedOn?: number | undefined } | undefined,
  nowMs: number,
): boolean {
  return job !== undefined && Math.max(job.timestamp, job.processedOn ?? 0) > nowMs + AHEAD_MS;
}

function jobsOf(all: LaterJob[]): Parameters<Queue<WebhookJob>['addBulk']>[0] {
  return all.map(({ job: data, delayMs }) => ({
    name: 'deliver',
    data,
    opts: {
      jobId: data.id,
      delay: wholeMs(delayMs),
      // Without a priority goes before any: what fails again and again queues behind what has yet to be tried.
      ...(data.isOfFailing ? { priority: 1 } : {}),
      attempts: NEVER_GIVES_UP,
      backoff: { type: 'custom' },
      removeOnComplete: true,
      removeOnFail: true,
      stackTraceLimit: 0,
    },
  }));
}
