import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, In, IsNull } from 'typeorm';
import { returnSignature } from '../signing/return-signature.js';
import { isSigningKey } from '../signing/signing-key.js';
import { BUILT_IN_ENDPOINT_ID } from './built-in-endpoint.js';
import { EndpointSecrets } from './endpoint-secrets.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

/** 4 kB of a URL; servers take 8 kB, with what the shop has in it besides. */
const MOST_SIGNATURES = 64;

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
    const secrets = endpoints.map((endpoint) =>
      this.secrets.secretsOf(endpoint, now).filter((secret) => !isSigningKey(secret)),
    );
    const signing = signingSecrets(secrets);
    return signing.length === 0 ? null : signing.map((secret) => returnSignature(secret, said)).join(',');
  }
}

/**
 * The current secret of every endpoint before any that a rotation ends, so that what does not fit is old.
 * @param ofEndpoints of each, the current one first
 */
export function signingSecrets(ofEndpoints: readonly (readonly string[])[]): string[] {
  const most = Math.max(0, ...ofEndpoints.map(({ length }) => length));
  const inTurns = Array.from({ length: most }, (_, age) =>
    ofEndpoints.flatMap((secrets) => secrets.slice(age, age + 1)),
  );
  return [...new Set(inTurns.flat())].slice(0, MOST_SIGNATURES);
}
