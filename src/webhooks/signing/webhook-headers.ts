import { VERSION } from '../../config/version.js';
import { API_VERSION } from '../../events/api-version.js';
import { signatureHeaders } from './signer.js';

export interface SignedMessage {
  /** Of the event: the webhook-id. */
  id: string;
  /** The very text that will be sent. */
  body: string;
  /** Time of this attempt. */
  at: Date;
}

/** All headers of a webhook. @param secrets as `signatureHeaders` takes them; none: it is sent unsigned */
export function webhookHeaders(
  secrets: readonly string[],
  { id, body, at }: SignedMessage,
): Record<string, string> {
  const timestamp = Math.floor(at.getTime() / 1000);
  return {
    'content-type': 'application/json',
    'user-agent': `Quittance/${VERSION}`,
    'webhook-id': id,
    'webhook-timestamp': String(timestamp),
    'webhook-api-version': API_VERSION,
    ...signatureHeaders(secrets, { id, timestamp, body }),
  };
}
