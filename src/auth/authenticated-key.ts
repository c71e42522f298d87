export const SCOPES = [
  'payments:read',
  'payments:write',
  'webhooks:read',
  'webhooks:write',
  'refunds:write',
  'admin',
] as const;
export type Scope = (typeof SCOPES)[number];

/** What a merchant's key may carry. */
export const MERCHANT_SCOPES = SCOPES.filter((scope) => scope !== 'admin');

/** The operator's own: it manages the keys of every merchant of the installation. */
export function isOperator({ scopes }: Pick<AuthenticatedKey, 'scopes'>): boolean {
  return scopes.includes('admin' satisfies Scope);
}

/** Who makes a request. */
export interface AuthenticatedKey {
  id: string;
  /** For whom it acts. Of an operator's key that acts for nobody: its own id, which is no merchant's. */
  merchantId: string;
  scopes: readonly string[];
}
