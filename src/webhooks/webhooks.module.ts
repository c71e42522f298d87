import { type DynamicModule, Module } from '@nestjs/common';
import { EventLogRepository } from '../events/event-log.repository.js';
import { EventCatalogueModule } from '../events/event-catalogue.module.js';
import { DeliveriesController } from './rest/deliveries.controller.js';
import { DeliveryLogRepository } from './rest/delivery-log.repository.js';
import { DeliveryService } from './delivery/delivery.service.js';
import { Dispatcher } from './delivery/dispatcher.js';
import { EndpointActionsController } from './rest/endpoint-actions.controller.js';
import { EndpointGate } from './delivery/endpoint-gate.js';
import { EndpointsController } from './rest/endpoints.controller.js';
import { EndpointsRepository } from './rest/endpoints.repository.js';
import { EndpointsService } from './rest/endpoints.service.js';
import { EventsController } from './rest/events.controller.js';
import { JobService, SHARED_SLOTS } from './delivery/job.service.js';
import { PublicKeysController } from './rest/public-keys.controller.js';
import { Reconciler } from './delivery/reconciler.js';
import { ReplayRepository } from './rest/replay.repository.js';
import { ReplayService } from './rest/replay.service.js';
import { Retention } from './delivery/retention.js';
import { WebhookMetrics } from './delivery/webhook-metrics.js';
import { WebhooksCoreModule } from './webhooks-core.module.js';
import { WebhooksProcessor } from './delivery/webhooks.processor.js';

@Module({})
export class WebhooksModule {
  /** What a worker process does: events leave from here. */
  static worker(): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [WebhooksCoreModule],
      providers: [
        { provide: EndpointGate, useFactory: () => new EndpointGate(SHARED_SLOTS) },
        DeliveryService,
        Dispatcher,
        JobService,
        Reconciler,
        Retention,
        WebhookMetrics,
        WebhooksProcessor,
      ],
    };
  }

  /** What merchants reach by REST: their endpoints, what happened, and what became of it. */
  static rest(): DynamicModule {
    return {
      module: WebhooksRestModule,
      imports: [WebhooksCoreModule, EventCatalogueModule],
      controllers: [
        EndpointsController,
        EndpointActionsController,
        EventsController,
        DeliveriesController,
        PublicKeysController,
      ],
      providers: [
        EndpointsRepository,
        EndpointsService,
        DeliveryLogRepository,
        EventLogRepository,
        ReplayRepository,
        ReplayService,
      ],
    };
  }
}

@Module({})
class WebhooksRestModule {}
