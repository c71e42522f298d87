import createClient, { type Client } from 'openapi-fetch';
import { type components, type paths, type webhooks } from './generated/api.js';

export { type components, type paths, type webhooks } from './generated/api.js';
export { verifyWebhook, type VerifyOptions, WebhookVerificationError } from './generated/verify.js';

type Schemas = components['schemas'];
export type Payment = Schemas['PaymentBody'];
/** What every failed request answers with (RFC 9457): decide by `code`. */
export type Problem = Schemas['Problem'];
/** The body of any webhook; `type` tells which. */
export type WebhookEvent = {
  [Type in keyof webhooks]: webhooks[Type]['post']['requestBody']['content']['application/json'];
}[keyof webhooks];

export interface QuittanceOptions {
  /** Of the installation, without `/api/v1`: `https://pay.example.com`. */
  url: string;
  /** An API key: `qk_…` of a merchant, `qo_…` of an operator. */
  key: string;
  /** With an operator’s key: the merchant to act for. */
  merchantId?: string;
  /** In place of the global `fetch`. */
  fetch?: (request: Request) => Promise<Response>;
}

/**
 * A client of one installation: `GET`, `POST`, `PATCH` and `DELETE` with the routes, parameters, bodies and answers of
 * its OpenAPI document. An answer is `{ data }` or `{ error }`, a problem document; only a failed connection throws.
 */
export function quittance({ url, key, merchantId, fetch }: QuittanceOptions): Client<paths> {
  return createClient<paths>({
    baseUrl: url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${key}`, ...(merchantId ? { 'x-merchant-id': merchantId } : {}) },
    ...(fetch ? { fetch } : {}),
  });
}
