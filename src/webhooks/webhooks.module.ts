import { type DynamicModule, Module } from '@nestjs/common';
import { EventCatalogueModule } from './catalogue/event-catalogue.module.js';
import { DeliveriesController } from './deliveries.controller.js';
import { DeliveryLogRepository } from './delivery-log.repository.js';
import { DeliveryService } from './delivery.service.js';
import { Dispatcher } from './dispatcher.js';
import { EndpointActionsController } from './endpoint-actions.controller.js';
import { EndpointGate } from './endpoint-gate.js';
import { EndpointsController } from './endpoints.controller.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { EndpointsService } from './endpoints.service.js';
import { EventsController } from './events.controller.js';
import { JobService, SHARED_HANDS } from './job.service.js';
import { PublicKeysController } from './public-keys.controller.js';
import { Reconciler } from './reconciler.js';
import { ReplayRepository } from './replay.repository.js';
import { ReplayService } from './replay.service.js';
import { Retention } from './retention.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhooksCoreModule } from './webhooks-core.module.js';
import { WebhooksProcessor } from './webhooks.processor.js';

@Module({})
export class WebhooksModule {
  /** What a worker process does: events leave from here. */
  static worker(): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [WebhooksCoreModule],
      providers: [
        { provide: EndpointGate, useFactory: () => new EndpointGate(SHARED_HANDS) },
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
        ReplayRepository,
        ReplayService,
      ],
    };
  }
}

@Module({})
class WebhooksRestModule {}
