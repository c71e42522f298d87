import { type CanActivate, type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import { MissingScopeError, NoApiKeyError, TooManyRequestsError } from './auth.errors.js';
import { AuthService } from './auth.service.js';
import { type Scope } from './authenticated-key.js';
import { RequestBudget } from './request-budget.js';
import { type AuthenticatedRequest, IS_PUBLIC, REQUIRED_SCOPE } from './scopes.js';

/** Lets a request pass when its key is known, not revoked, within its budget, and carries the route's scope. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly budget: RequestBudget;

  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.budget = new RequestBudget(settings.keyRequestsPerMinute);
  }

  /** @throws NoApiKeyError, UnknownApiKeyError, RevokedApiKeyError, MissingScopeError, TooManyRequestsError */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, route)) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const text = keyOf(request);
    if (text === undefined) throw new NoApiKeyError();
    const key = await this.auth.authenticate(text);
    const waitSeconds = this.budget.spend(key.id, Date.now());
    if (waitSeconds > 0) throw new TooManyRequestsError(waitSeconds);
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(REQUIRED_SCOPE, route);
    if (scope === undefined || !key.scopes.includes(scope)) throw new MissingScopeError(scope ?? 'admin');
    request.apiKey = key;
    return true;
  }
}

function keyOf(request: AuthenticatedRequest): string | undefined {
  const { authorization, 'x-api-key': plain } = request.headers;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return bearer?.[1] ?? (typeof plain === 'string' && plain !== '' ? plain : undefined);
}
