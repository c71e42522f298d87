import { BullModule } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { OutboxModule } from '../events/outbox.module.js';
import { QueueModule } from '../queue/queue.module.js';
import { BuiltInEndpoint } from './endpoints/built-in-endpoint.js';
import { DeliveryRepository } from './delivery/delivery.repository.js';
import { DispatchRepository } from './delivery/dispatch.repository.js';
import { EndpointSecrets } from './endpoints/endpoint-secrets.js';
import { HeldDeliveries } from './delivery/held-deliveries.js';
import { WebhookClient } from './http/webhook-client.js';
import { WEBHOOK_QUEUE, WebhookQueue } from './delivery/webhook-queue.js';
import { WebhookSender } from './delivery/webhook-sender.js';

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
  imports: [
    EventCatalogueModule,
    QueueModule,
    BullModule.registerQueue({ name: WEBHOOK_QUEUE }),
    OutboxModule,
  ],
  providers: [BuiltInEndpoint, ...shared],
  exports: [BullModule, OutboxModule, ...shared],
})
export class WebhooksCoreModule {}
