/** What the body of a webhook may be read by: the version in `/api/v1`, whose rules hold for webhooks too (docs/api.md). */
export const API_VERSION = 'v1';
