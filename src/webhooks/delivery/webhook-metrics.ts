import { InjectQueue } from '@nestjs/bullmq';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { type Queue } from 'bullmq';
import { Counter, Gauge, Histogram } from 'prom-client';
import { DataSource } from 'typeorm';
import { EndpointGate } from './endpoint-gate.js';
import { type DeliveryState } from './webhook-delivery.entity.js';
import { WEBHOOK_QUEUE } from './webhook-queue.js';
import { runningMs } from '../../process/running-time.js';

/** Seconds: from a quick answer on the same continent to the longest timeout. */
const LATENCY_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** Metrics of webhooks. Gauges are read when it asks. */
@Injectable()
export class WebhookMetrics implements OnModuleInit {
  private attempts: Counter<'event_type' | 'state'>;
  private latency: Histogram;

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    @InjectQueue(WEBHOOK_QUEUE) private readonly queue: Queue,
    private readonly gate: EndpointGate,
  ) {}

  onModuleInit(): void {
    this.attempts = new Counter({
      name: 'quittance_webhook_attempts_total',
      help: 'Attempts, by event type and the state they left the delivery in',
      labelNames: ['event_type', 'state'],
    });
    this.latency = new Histogram({
      name: 'quittance_webhook_attempt_seconds',
      help: 'Duration of attempts, to the last byte read',
      buckets: LATENCY_BUCKETS,
    });
    this.observeDatabase();
    this.observeQueue();
    this.observeCircuits();
  }

  /** @param state what the attempt left the delivery in */
  attempted(eventType: string, state: DeliveryState, durationMs: number): void {
    this.attempts.inc({ event_type: eventType, state });
    this.latency.observe(durationMs / 1000);
  }

  private observeDatabase(): void {
    const { dataSource } = this;
    new Gauge({
      name: 'quittance_webhook_deliveries',
      help: 'Deliveries that are pending, or dead letters, by event type',
      labelNames: ['event_type', 'state'],
      async collect() {
        this.reset();
        const rows = await dataSource.query<{ event_type: string; state: string; count: string }[]>(
          `SELECT event_type, state, count(*) FROM webhook_deliveries WHERE state = 'pending' GROUP BY event_type, state
           UNION ALL
           SELECT event_type, state, count(*) FROM webhook_deliveries WHERE state = 'dead' GROUP BY event_type, state`,
        );
        for (const { event_type, state, count } of rows) this.set({ event_type, state }, Number(count));
      },
    });
    new Gauge({
      name: 'quittance_webhook_oldest_undelivered_seconds',
      help: 'Age of the oldest event that waits for an enabled endpoint, or for the dispatcher',
      async collect() {
        const [row] = await dataSource.query<{ age: string | null }[]>(
          `SELECT extract(epoch FROM now() - least(
             (SELECT min(created_at) FROM events WHERE dispatched_at IS NULL),
             (SELECT min(d.created_at) FROM webhook_deliveries d JOIN webhook_endpoints e ON e.id = d.endpoint_id
              WHERE d.state = 'pending' AND d.next_attempt_at IS NOT NULL AND e.state = 'enabled'
                AND e.deleted_at IS NULL))) AS age`,
        );
        this.set(Number(row?.age ?? 0));
      },
    });
    new Gauge({
      name: 'quittance_webhook_endpoints_disabled',
      help: 'Endpoints that are disabled',
      async collect() {
        const [row] = await dataSource.query<{ count: string }[]>(
          `SELECT count(*) FROM webhook_endpoints WHERE state = 'disabled' AND deleted_at IS NULL`,
        );
        this.set(Number(row?.count ?? 0));
      },
    });
  }

  private observeQueue(): void {
    const { queue } = this;
    new Gauge({
      name: 'quittance_webhook_queue_jobs',
      help: 'Jobs in the queue, by state',
      labelNames: ['state'],
      async collect() {
        const counts = await queue.getJobCounts('waiting', 'active', 'delayed');
        for (const [state, count] of Object.entries(counts)) this.set({ state }, count);
      },
    });
  }

  private observeCircuits(): void {
    const { gate } = this;
    new Gauge({
      name: 'quittance_webhook_circuits',
      help: 'Endpoints this process knows, by the state of their circuit',
      labelNames: ['state'],
      collect() {
        for (const [state, count] of Object.entries(gate.circuits(runningMs()))) this.set({ state }, count);
      },
    });
  }
}
