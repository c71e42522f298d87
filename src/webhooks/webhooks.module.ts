import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { OutboxModule } from '../payments/outbox.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { BuiltInEndpoint } from './built-in-endpoint.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatcher } from './dispatcher.js';
import { Reconciler } from './reconciler.js';
import { WebhookClient } from './webhook-client.js';
import { WEBHOOK_QUEUE, WebhookQueue } from './webhook-queue.js';
import { WebhooksProcessor } from './webhooks.processor.js';

/** What a worker process does: events leave from here. */
@Module({
  imports: [QueueModule, BullModule.registerQueue({ name: WEBHOOK_QUEUE }), OutboxModule],
  providers: [
    BuiltInEndpoint,
    DeliveryRepository,
    DeliveryService,
    Dispatcher,
    Reconciler,
    WebhookClient,
    WebhookQueue,
    WebhooksProcessor,
  ],
})
export class WebhooksModule {}
