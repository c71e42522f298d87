export const SCOPES = [
  'payments:read',
  'payments:write',
  'webhooks:read',
  'webhooks:write',
  'refunds:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** Who makes a request. */
export interface AuthenticatedKey {
  id: string;
  merchantId: string;
  scopes: readonly string[];
}
