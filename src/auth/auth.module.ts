import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { AuthService } from './auth.service.js';
import { MeController } from './me.controller.js';
import { MerchantsController } from './merchants.controller.js';
import { RequestLimits } from './request-limits.js';

@Module({ providers: [AuthService], exports: [AuthService] })
export class AuthModule {}

/** Its REST routes, and the guard in front of every route of the app. */
@Module({
  imports: [AuthModule],
  controllers: [MerchantsController, ApiKeysController, MeController],
  providers: [RequestLimits, { provide: APP_GUARD, useClass: ApiKeyGuard }],
})
export class AuthRestModule {}
