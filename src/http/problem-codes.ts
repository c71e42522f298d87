/** The kinds of problem, which HTTP can tell apart. `type` of a problem document names one, as a URN. */
export const KINDS = {
  validation_failed: { status: 400, title: 'The request is not valid' },
  malformed_json: { status: 400, title: 'The body is not JSON' },
  malformed_url: { status: 400, title: 'The URL cannot be read' },
  unauthenticated: { status: 401, title: 'No valid API key' },
  forbidden: { status: 403, title: 'The API key may not do this' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The method is not for this URL' },
  idempotency_key_reused: { status: 409, title: 'Idempotency-Key used with another request' },
  conflict: { status: 409, title: 'Conflicts with what is there' },
  body_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body is not sent as JSON' },
  not_priced: { status: 422, title: 'The price cannot be paid in any asset now' },
  rate_limited: { status: 429, title: 'Too many requests' },
  unavailable: { status: 503, title: 'Not available now' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ProblemKind = keyof typeof KINDS;

/**
 * Every way a request can fail, by what happened: `code` of a problem document. docs/errors.md is made from this table.
 * Codes are added, and never change their meaning.
 */
export const PROBLEM_CODES = {
  validation_failed: {
    kind: 'validation_failed',
    when: 'A field is missing, misspelt or not as it has to be; `errors` names each.',
  },
  unknown_chain: {
    kind: 'validation_failed',
    when: 'No chain of that name is configured; `GET /chains` lists those that are.',
  },
  chain_not_available: {
    kind: 'validation_failed',
    when: 'The chain takes no payments until its operator has fixed it.',
  },
  token_not_offered: {
    kind: 'validation_failed',
    when: 'The token is unknown, disabled, or on another chain; `GET /chains` lists the tokens of each chain.',
  },
  price_refused: {
    kind: 'validation_failed',
    when: 'The amount, the currency or the chain of a price is not as it has to be; `errors` says what to send.',
  },
  amount_or_price: {
    kind: 'validation_failed',
    when: 'A payment asks either for an amount of one asset, or for a price; the request has parts of both.',
  },
  asset_not_accepted: {
    kind: 'validation_failed',
    when: '`accept` names an asset that the merchant does not accept; it narrows, and never widens.',
  },
  expiry_in_past: {
    kind: 'validation_failed',
    when: 'A payment cannot be given an end that is over already, or more than 30 days away; cancel it instead.',
  },
  return_url_refused: {
    kind: 'validation_failed',
    when: 'The page may not lead there: the URL is not of one of the merchant’s `shop_origins`.',
  },
  logo_refused: {
    kind: 'validation_failed',
    when: 'The logo is no PNG or JPEG, is too large, or cannot be read; `errors` says what to send instead.',
  },
  refund_too_small: {
    kind: 'validation_failed',
    when: 'A refund of less than the minimum costs more than it gives.',
  },
  recipient_not_allowed: {
    kind: 'validation_failed',
    when: 'A refund cannot go to that address: it is one of ours, a token’s, or nobody’s.',
  },
  unknown_event_type: {
    kind: 'validation_failed',
    when: 'No event has that type; `GET /event-types` lists them.',
  },
  webhook_url_refused: {
    kind: 'validation_failed',
    when: 'Webhooks are not sent to that URL: it is not public, or not https.',
  },
  webhook_secret_refused: {
    kind: 'validation_failed',
    when: 'The secret is too short, or not written as `whsec_…` has to be.',
  },
  malformed_json: { kind: 'malformed_json', when: 'The body cannot be parsed; `detail` says where.' },
  malformed_url: { kind: 'malformed_url', when: 'The URL is not valid percent-encoding, or has a NUL.' },
  api_key_missing: { kind: 'unauthenticated', when: 'The request carries no API key.' },
  api_key_unknown: {
    kind: 'unauthenticated',
    when: 'The key is not of this installation, or was not copied whole.',
  },
  api_key_revoked: { kind: 'unauthenticated', when: 'The key was revoked; use another one.' },
  metrics_token_wrong: {
    kind: 'unauthenticated',
    when: '`/metrics` and the details of `/health` take METRICS_TOKEN.',
  },
  scope_missing: {
    kind: 'forbidden',
    when: 'The key does not carry the scope that the route needs; `detail` names it.',
  },
  merchant_not_named: {
    kind: 'forbidden',
    when: 'An operator’s key belongs to no merchant: say with `X-Merchant-Id` for whom it acts.',
  },
  not_your_merchant: {
    kind: 'forbidden',
    when: '`X-Merchant-Id` is for operators’ keys; a merchant’s key acts for its own merchant alone.',
  },
  operators_endpoint: {
    kind: 'forbidden',
    when: 'The endpoint is WEBHOOK_URL, which only an operator’s key may have called.',
  },
  not_found: { kind: 'not_found', when: 'There is no such thing, or it is another merchant’s.' },
  route_not_found: { kind: 'not_found', when: 'No route has this URL; `/docs` lists them.' },
  method_not_allowed: {
    kind: 'method_not_allowed',
    when: 'The URL is right, the method is not; the header `allow` lists those it takes.',
  },
  idempotency_key_reused: {
    kind: 'idempotency_key_reused',
    when: 'The Idempotency-Key came with another request before; use a new one.',
  },
  payment_not_cancellable: {
    kind: 'conflict',
    when: 'Money has arrived for the payment, or it has ended: refund it instead of cancelling it.',
  },
  payment_not_extendable: {
    kind: 'conflict',
    when: 'The payment no longer waits for money, so that its expiry cannot be changed.',
  },
  deposit_resolved: {
    kind: 'conflict',
    when: 'The deposit counts, was accepted or ignored already, goes back whole, or a reorg took it away.',
  },
  deposit_not_refundable: {
    kind: 'conflict',
    when: 'The deposit is not final yet, was taken away by a reorg, or is no money at all.',
  },
  refund_too_large: {
    kind: 'conflict',
    when: 'More was asked back than was received, is final and is left.',
  },
  refund_too_expensive: {
    kind: 'conflict',
    when: 'Its gas costs more than the operator spends on it: wait, or ask the operator.',
  },
  refund_not_waiting: { kind: 'conflict', when: 'The refund is signed, or has ended.' },
  refunds_not_configured: { kind: 'conflict', when: 'The installation has no key that could pay refunds.' },
  endpoint_built_in: {
    kind: 'conflict',
    when: 'The endpoint is WEBHOOK_URL, and is changed in the settings alone.',
  },
  endpoint_limit_reached: {
    kind: 'conflict',
    when: 'The merchant has as many endpoints as WEBHOOK_ENDPOINTS_PER_MERCHANT allows.',
  },
  endpoint_deleted: { kind: 'conflict', when: 'The endpoint of the delivery was deleted.' },
  nothing_to_sweep: { kind: 'conflict', when: 'No chain can be swept now; `detail` says why.' },
  body_too_large: { kind: 'body_too_large', when: 'The body has more than 256 KB.' },
  unsupported_media_type: {
    kind: 'unsupported_media_type',
    when: 'The body is not sent as `content-type: application/json`.',
  },
  not_priced: {
    kind: 'not_priced',
    when: 'No asset can be offered for the price; `errors` says of each why. Nothing was made: try again, or ask for an amount.',
  },
  rate_limited: {
    kind: 'rate_limited',
    when: 'The key has used up its requests; `retry-after` says for how many seconds.',
  },
  too_many_page_requests: {
    kind: 'rate_limited',
    when: 'Too many requests for pay pages from one address, or for one page; `retry-after` says how long to wait.',
  },
  too_many_checks: {
    kind: 'rate_limited',
    when: 'Merchants asked where money is as often as the chains’ nodes can be asked; `retry-after` says how long to wait.',
  },
  too_many_bad_keys: {
    kind: 'rate_limited',
    when: 'Too many keys from this address were refused; good keys still pass.',
  },
  too_many_live_pages: {
    kind: 'unavailable',
    when: 'The process follows as many open pay pages as it takes; pages ask by themselves meanwhile.',
  },
  refund_limit_reached: {
    kind: 'rate_limited',
    when: 'The merchant has used up what it may refund in a day.',
  },
  unavailable: {
    kind: 'unavailable',
    when: 'The database does not answer just now; send the request again, with the same Idempotency-Key.',
  },
  busy: {
    kind: 'unavailable',
    when: 'Many requests at once are about the same payment, link or endpoint; nothing was done, `retry-after` says when to send it again.',
  },
  rates_not_read_yet: {
    kind: 'unavailable',
    when: 'The process has just started and has no rates for prices yet; `retry-after` says when to send it again.',
  },
  nodes_unavailable: { kind: 'unavailable', when: 'No node of the chain answers just now; try again.' },
} as const satisfies Record<string, { kind: ProblemKind; when: string }>;

export type ErrorCode = keyof typeof PROBLEM_CODES;

/** What has no kind of its own, `type` being `about:blank` (RFC 9457, section 4.2.1). */
export const UNTYPED_CODES = {
  internal_error: 'Something went wrong in the server; the operator finds it in the log by `request_id`.',
  request_refused: 'The HTTP request itself was refused; its status and `detail` say why.',
} as const;

/** Every code a problem document can have, in the order of docs/errors.md. */
export const ALL_CODES: readonly string[] = [...Object.keys(PROBLEM_CODES), ...Object.keys(UNTYPED_CODES)];
