import { Injectable } from '@nestjs/common';
import { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import { type SignedMessage, webhookHeaders } from '../signing/webhook-headers.js';
import { type WebhookAnswer, WebhookClient, type WebhookRequest } from '../http/webhook-client.js';
import { type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

export type WebhookMessage = SignedMessage;

/** Signs a message for an endpoint and posts it. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly secrets: EndpointSecrets,
    private readonly client: WebhookClient,
  ) {}

  /** @throws NoWebhookUrlError; UnknownEncryptionKeyError when the endpoint's secret cannot be opened: it is never sent unsigned */
  sign(endpoint: Pick<WebhookEndpoint, 'id' | 'url' | 'secrets'>, message: WebhookMessage): WebhookRequest {
    const headers = webhookHeaders(this.secrets.secretsOf(endpoint, message.at), message);
    return { url: this.secrets.urlOf(endpoint), headers, body: message.body };
  }

  post(signed: WebhookRequest): Promise<WebhookAnswer> {
    return this.client.post(signed);
  }
}
