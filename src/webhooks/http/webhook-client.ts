import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import {
  type OutboundAnswer,
  OutboundHttp,
  type OutboundRequest,
} from '../../outbound-http/outbound-http.js';

/** Kept of a response, for whoever looks into a failure. */
const KEPT_BYTES = 1024;

export type WebhookRequest = Pick<OutboundRequest, 'url' | 'headers'> & { body: string };
export type WebhookAnswer = OutboundAnswer;

/** The only part that talks to merchants' servers. */
@Injectable()
export class WebhookClient extends OutboundHttp implements OnApplicationShutdown {
  constructor(@Inject(SETTINGS) settings: Settings) {
    super(settings, { who: 'webhooks', timeoutMs: settings.webhookTimeoutMs, keptBytes: KEPT_BYTES });
  }

  onApplicationShutdown(): void {
    this.close();
  }

  post(request: WebhookRequest): Promise<WebhookAnswer> {
    return this.request({ method: 'POST', ...request });
  }
}
