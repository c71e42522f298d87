export const SCOPES = [
  'payments:read',
  'payments:write',
  'webhooks:read',
  'webhooks:write',
  'refunds:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** The operator's own: it manages the keys of every merchant of the installation. */
export function isOperator({ scopes }: Pick<AuthenticatedKey, 'scopes'>): boolean {
  return scopes.includes('admin' satisfies Scope);
}

/** Who makes a request. */
export interface AuthenticatedKey {
  id: string;
  merchantId: string;
  scopes: readonly string[];
}
