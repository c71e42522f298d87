import { createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { type FastifyRequest } from 'fastify';
import { type AuthenticatedKey, type Scope } from './authenticated-key.js';

export const REQUIRED_SCOPE = 'quittance:scope';
export const IS_PUBLIC = 'quittance:public';

/** The scope a key must carry. A route without it, and not public, is refused: forgetting it opens nothing. */
export const RequireScope = (scope: Scope) => SetMetadata(REQUIRED_SCOPE, scope);

/** A route that needs no key. */
export const Public = () => SetMetadata(IS_PUBLIC, true);

export type AuthenticatedRequest = FastifyRequest & { apiKey?: AuthenticatedKey };

/** The key that makes the request. */
export const CurrentKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AuthenticatedKey => {
    const { apiKey } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!apiKey) throw new Error('@CurrentKey() on a public route: there is no key');
    return apiKey;
  },
);
