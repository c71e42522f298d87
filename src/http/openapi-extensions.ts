/** Set on an operation by the decorators that guard it: the scope its key needs, or that it needs none. */
export const SCOPE_EXTENSION = 'x-required-scope';
export const PUBLIC_EXTENSION = 'x-public';
