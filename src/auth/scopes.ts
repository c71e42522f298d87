import { applyDecorators, createParamDecorator, type ExecutionContext, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { type FastifyRequest } from 'fastify';
import { PUBLIC_EXTENSION, SCOPE_EXTENSION } from '../http/openapi-extensions.js';
import { type AuthenticatedKey, type Scope } from './authenticated-key.js';

export const REQUIRED_SCOPE = 'quittance:scope';
export const ANY_SCOPE = 'any';
export const IS_PUBLIC = 'quittance:public';

/** The scope a key must carry. A route without it, and not public, is refused: forgetting it opens nothing. */
export const RequireScope = (scope: Scope) =>
  applyDecorators(SetMetadata(REQUIRED_SCOPE, scope), ApiExtension(SCOPE_EXTENSION, scope));

/** A route for every key, whatever it may do else; an operator's need not say for whom it acts. */
export const AnyScope = () =>
  applyDecorators(SetMetadata(REQUIRED_SCOPE, ANY_SCOPE), ApiExtension(SCOPE_EXTENSION, ANY_SCOPE));

/** A route that needs no key. */
export const Public = () =>
  applyDecorators(SetMetadata(IS_PUBLIC, true), ApiExtension(PUBLIC_EXTENSION, true));

export type AuthenticatedRequest = FastifyRequest & { apiKey?: AuthenticatedKey };

/** The key that makes the request. */
export const CurrentKey = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AuthenticatedKey => {
    const { apiKey } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    if (!apiKey) throw new Error('@CurrentKey() on a public route: there is no key');
    return apiKey;
  },
);
