import { OnWorkerEvent, Processor, WorkerHost } from '@nestjs/bullmq';
import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { type Job, type Worker } from 'bullmq';
import { RepeatedMessage } from '../../process/repeated-message.js';
import { JobService } from './job.service.js';
import { type WebhookJob } from './webhook-job.js';
import { COMPLAIN_EVERY_MS, TryLaterError, WEBHOOK_QUEUE } from './webhook-queue.js';
import { steadyMs } from '../../process/steady-time.js';

/** Jobs at once. Slow endpoints keep fewer than that: they get fewer of the slots. */
const JOBS = 100;

@Processor(WEBHOOK_QUEUE, {
  concurrency: JOBS,
  // A worker that was killed is noticed, and its jobs given to another, within these two together.
  lockDuration: 6_000,
  stalledInterval: 2_000,
  maxStalledCount: 1_000,
  settings: {
    backoffStrategy: (_attempts, _type, error) => (error instanceof TryLaterError ? error.delayMs : 5_000),
  },
})
export class WebhooksProcessor
  extends WorkerHost
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly logger = new Logger(WebhooksProcessor.name);
  private readonly complaints = new RepeatedMessage(COMPLAIN_EVERY_MS);
  private begun: Worker | undefined;

  constructor(private readonly jobs: JobService) {
    super();
  }

  /** BullMQ goes on by itself; unheard, it would write to the console. */
  @OnWorkerEvent('error')
  onError(error: Error): void {
    // One that refuses writes, as a Redis without room, says so several times a second.
    if (this.complaints.isDue('queue', error.message, steadyMs()))
      this.logger.warn({ reason: error.message }, 'the queue does not answer');
  }

  /** The job comes back by itself; whoever runs this has to know why it did not get through. */
  @OnWorkerEvent('failed')
  onFailed(job: Job<WebhookJob> | undefined, error: Error): void {
    if (error instanceof TryLaterError) return;
    // An outage fails every job, and each of them again and again.
    if (this.complaints.isDue('job', error.message, steadyMs()))
      this.logger.error(
        { job_id: job?.id, reason: error.message },
        'webhooks of a job failed, it is retried',
      );
  }

  onApplicationBootstrap(): void {
    this.begun = this.worker;
  }

  /** While the queue and the database are still there for the jobs under way. A start that was refused has none. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.begun?.close();
  }

  override async process(job: Job<WebhookJob>): Promise<void> {
    const delayMs = await this.jobs.work(job.data);
    if (delayMs !== null) throw new TryLaterError(delayMs);
  }
}
