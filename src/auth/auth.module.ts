import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ApiKeyGuard } from './api-key.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { AuthService } from './auth.service.js';
import { MerchantsController } from './merchants.controller.js';

@Module({ providers: [AuthService], exports: [AuthService] })
export class AuthModule {}

/** Its REST routes, and the guard in front of every route of the app. */
@Module({
  imports: [AuthModule],
  controllers: [MerchantsController, ApiKeysController],
  providers: [{ provide: APP_GUARD, useClass: ApiKeyGuard }],
})
export class AuthRestModule {}
