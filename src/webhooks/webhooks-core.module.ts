import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { OutboxModule } from '../payments/outbox.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { BuiltInEndpoint } from './built-in-endpoint.js';
import { DeliveryRepository } from './delivery.repository.js';
import { DispatchRepository } from './dispatch.repository.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { HeldDeliveries } from './held-deliveries.js';
import { WebhookClient } from './webhook-client.js';
import { WEBHOOK_QUEUE, WebhookQueue } from './webhook-queue.js';
import { WebhookSender } from './webhook-sender.js';

const shared = [
  DeliveryRepository,
  DispatchRepository,
  HeldDeliveries,
  EndpointSecrets,
  WebhookClient,
  WebhookQueue,
  WebhookSender,
];

/** What workers and the REST API both stand on. */
@Module({
  imports: [QueueModule, BullModule.registerQueue({ name: WEBHOOK_QUEUE }), OutboxModule],
  providers: [BuiltInEndpoint, ...shared],
  exports: [BullModule, OutboxModule, ...shared],
})
export class WebhooksCoreModule {}
