import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isUUID } from 'class-validator';
import { type FastifyReply } from 'fastify';
import {
  MerchantNotFoundError,
  MerchantNotNamedError,
  MissingScopeError,
  NoApiKeyError,
  NotYourMerchantError,
  RevokedApiKeyError,
  TooManyBadKeysError,
  TooManyRequestsError,
  UnknownApiKeyError,
} from './auth.errors.js';
import { callerOf } from '../http/caller.js';
import { AuthService, type KnownKey } from './auth.service.js';
import { type AuthenticatedKey, type Scope, SCOPES } from './authenticated-key.js';
import { BadKeys } from './bad-keys.js';
import { type Allowance, RequestLimits, WINDOW_SECONDS } from './request-limits.js';
import { ANY_SCOPE, type AuthenticatedRequest, IS_PUBLIC, REQUIRED_SCOPE } from './scopes.js';
import { steadyMs } from '../process/steady-time.js';

type Required = Scope | typeof ANY_SCOPE;

/** Lets a request pass when its key is known, not revoked, within its budget, and may do what the route does. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  private readonly badKeys = new BadKeys();

  constructor(
    private readonly auth: AuthService,
    private readonly reflector: Reflector,
    private readonly limits: RequestLimits,
  ) {}

  /**
   * @throws NoApiKeyError, UnknownApiKeyError, RevokedApiKeyError, MissingScopeError, TooManyRequestsError,
   * TooManyBadKeysError, MerchantNotNamedError, NotYourMerchantError, MerchantNotFoundError
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const route = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, route)) return true;
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const key = await this.known(request);
    const allowance = await this.limits.spend(key.id, steadyMs());
    if (allowance)
      tellLimits(context.switchToHttp().getResponse<FastifyReply>(), this.limits.quota, allowance);
    if (allowance && allowance.waitSeconds > 0) throw new TooManyRequestsError(allowance.waitSeconds);
    const scope = this.reflector.getAllAndOverride<Required | undefined>(REQUIRED_SCOPE, route);
    request.apiKey = await this.acting(key, scope, request.headers['x-merchant-id']);
    return true;
  }

  private async known(request: AuthenticatedRequest): Promise<KnownKey> {
    const text = keyOf(request);
    if (text === undefined) throw new NoApiKeyError();
    try {
      return await this.auth.authenticate(text);
    } catch (error) {
      if (!(error instanceof UnknownApiKeyError || error instanceof RevokedApiKeyError)) throw error;
      const waitSeconds = this.badKeys.refused(callerOf(request.ip), steadyMs());
      if (waitSeconds === 0) throw error;
      await this.badKeys.holdBack();
      throw new TooManyBadKeysError(waitSeconds);
    }
  }

  /** For whom the key acts, if it may do what the route does. */
  private async acting(
    key: KnownKey,
    scope: Required | undefined,
    named: string | string[] | undefined,
  ): Promise<AuthenticatedKey> {
    const scopes = key.isOperator ? SCOPES : key.scopes;
    if (scope === undefined || (scope !== ANY_SCOPE && !scopes.includes(scope)))
      throw new MissingScopeError(scope ?? 'admin');
    const merchantId = named === undefined ? key.merchantId : await this.namedMerchant(key, String(named));
    if (merchantId === null && scope !== ANY_SCOPE && scope !== 'admin') throw new MerchantNotNamedError();
    return { id: key.id, merchantId: merchantId ?? key.id, scopes };
  }

  private async namedMerchant({ isOperator, merchantId }: KnownKey, named: string): Promise<string> {
    if (named === merchantId) return named;
    if (!isOperator) throw new NotYourMerchantError();
    if (!isUUID(named)) throw new MerchantNotFoundError(`"${named}"; X-Merchant-Id takes the id of one`);
    return (await this.auth.merchant(named)).id;
  }
}

/** As draft-ietf-httpapi-ratelimit-headers-10 has them: quota and window, then what is left and until when. */
function tellLimits(reply: FastifyReply, quota: number, { remaining, fullInSeconds }: Allowance): void {
  void reply.header('ratelimit-policy', `"key";q=${quota};w=${WINDOW_SECONDS}`);
  void reply.header('ratelimit', `"key";r=${remaining};t=${fullInSeconds}`);
}

function keyOf(request: AuthenticatedRequest): string | undefined {
  const { authorization, 'x-api-key': plain } = request.headers;
  const bearer = /^Bearer +(\S+)$/i.exec(authorization ?? '');
  return bearer?.[1] ?? (typeof plain === 'string' && plain !== '' ? plain : undefined);
}
