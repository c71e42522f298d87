import { type DynamicModule, Module } from '@nestjs/common';
import { DeliveryService } from './delivery.service.js';
import { Dispatcher } from './dispatcher.js';
import { EndpointGate } from './endpoint-gate.js';
import { Reconciler } from './reconciler.js';
import { WebhookMetrics } from './webhook-metrics.js';
import { WebhooksCoreModule } from './webhooks-core.module.js';
import { HANDS, WebhooksProcessor } from './webhooks.processor.js';

@Module({})
export class WebhooksModule {
  /** What a worker process does: events leave from here. */
  static worker(): DynamicModule {
    return {
      module: WebhooksModule,
      imports: [WebhooksCoreModule],
      providers: [
        { provide: EndpointGate, useFactory: () => new EndpointGate(HANDS) },
        DeliveryService,
        Dispatcher,
        Reconciler,
        WebhookMetrics,
        WebhooksProcessor,
      ],
    };
  }
}
