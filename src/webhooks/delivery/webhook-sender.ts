import { Injectable } from '@nestjs/common';
import { VERSION } from '../../config/version.js';
import { EndpointSecrets } from '../endpoints/endpoint-secrets.js';
import { signatureHeaders } from '../signing/signer.js';
import { type WebhookAnswer, WebhookClient, type WebhookRequest } from '../http/webhook-client.js';
import { type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

export interface WebhookMessage {
  /** Of the event: the webhook-id. */
  id: string;
  body: string;
  /** Time of this attempt. */
  at: Date;
}

/** Signs a message for an endpoint and posts it. */
@Injectable()
export class WebhookSender {
  constructor(
    private readonly secrets: EndpointSecrets,
    private readonly client: WebhookClient,
  ) {}

  /** @throws NoWebhookUrlError; UnknownEncryptionKeyError when the endpoint's secret cannot be opened: it is never sent unsigned */
  sign(
    endpoint: Pick<WebhookEndpoint, 'id' | 'url' | 'secrets'>,
    { id, body, at }: WebhookMessage,
  ): WebhookRequest {
    const timestamp = Math.floor(at.getTime() / 1000);
    const headers = {
      'content-type': 'application/json',
      'user-agent': `Quittance/${VERSION}`,
      'webhook-id': id,
      'webhook-timestamp': String(timestamp),
      ...signatureHeaders(this.secrets.secretsOf(endpoint, at), { id, timestamp, body }),
    };
    return { url: this.secrets.urlOf(endpoint), headers, body };
  }

  post(signed: WebhookRequest): Promise<WebhookAnswer> {
    return this.client.post(signed);
  }
}
