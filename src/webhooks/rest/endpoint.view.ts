import { type EndpointBody } from './endpoint.body.js';
import { publicKeysOf } from '../endpoints/endpoint-secrets.js';
import { type WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';

/**
 * An endpoint as its merchant sees it: never with a secret.
 * @param url what is shown as its URL
 */
export function endpointView(endpoint: WebhookEndpoint, now: Date, url = endpoint.url): EndpointBody {
  const publicKeys = publicKeysOf(endpoint.secrets, now);
  return {
    id: endpoint.id,
    url,
    event_types: endpoint.eventTypes,
    description: endpoint.description,
    metadata: endpoint.metadata,
    rate_limit: endpoint.rateLimit,
    asymmetric: publicKeys.length > 0,
    public_keys: publicKeys,
    status: endpoint.state,
    state: endpoint.state,
    reason: endpoint.reason,
    disabled_at: endpoint.disabledAt?.toISOString() ?? null,
    failing_since: endpoint.failingSince?.toISOString() ?? null,
    built_in: endpoint.merchantId === null,
    created_at: endpoint.createdAt.toISOString(),
  };
}
