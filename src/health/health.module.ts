import { Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { HealthController } from './health.controller.js';
import { HealthService } from './health.service.js';

@Module({ imports: [ChainModule], controllers: [HealthController], providers: [HealthService] })
export class HealthModule {}
