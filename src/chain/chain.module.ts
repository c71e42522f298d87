import { Module } from '@nestjs/common';
import { ChainController } from './chain.controller.js';
import { ChainService } from './chain.service.js';
import { RpcMetrics } from './rpc/rpc-metrics.js';

@Module({ providers: [ChainService, RpcMetrics], exports: [ChainService] })
export class ChainModule {}

/** Its REST route, for processes that guard their routes with API keys. */
@Module({ imports: [ChainModule], controllers: [ChainController] })
export class ChainRestModule {}
