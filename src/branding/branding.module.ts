import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { LogosService } from './logos.service.js';
import { MerchantLogoController } from './merchant-logo.controller.js';

/** Logos of merchants (docs/checkout.md). */
@Module({ imports: [AuthModule], providers: [LogosService], exports: [LogosService] })
export class BrandingModule {}

@Module({ imports: [BrandingModule], controllers: [MerchantLogoController] })
export class BrandingRestModule {}
