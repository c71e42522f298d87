import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, IsNull } from 'typeorm';
import { returnSignature } from '../signing/return-signature.js';
import { isSigningKey } from '../signing/signing-key.js';
import { BUILT_IN_ENDPOINT_ID } from './built-in-endpoint.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** More would make a URL that browsers cut. */
const MOST_SIGNATURES = 8;

/** Signs what a customer's browser carries back to the shop, with the secrets that the shop verifies webhooks by. */
@Injectable()
export class ReturnSigner {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly secrets: EndpointSecrets,
  ) {}

  /**
   * By every secret of the merchant's endpoints, since nobody knows which of them the shop's page has.
   * @returns null: it has none
   */
  async sign(
    merchantId: string,
    said: { paymentId: string; status: string; timestamp: number },
  ): Promise<string | null> {
    const endpoints = await this.dataSource.manager.find(WebhookEndpoint, {
      where: [
        { merchantId, state: 'enabled', deletedAt: IsNull() },
        { id: In([BUILT_IN_ENDPOINT_ID]), state: 'enabled', deletedAt: IsNull() },
      ],
      order: { id: 'ASC' },
    });
    const now = new Date(said.timestamp * 1000);
    const secrets = endpoints
      .flatMap((endpoint) => this.secrets.secretsOf(endpoint, now))
      .filter((secret) => !isSigningKey(secret));
    const distinct = [...new Set(secrets)].slice(0, MOST_SIGNATURES);
    return distinct.length === 0 ? null : distinct.map((secret) => returnSignature(secret, said)).join(',');
  }
}
