import { Module } from '@nestjs/common';
import { ChainController } from './chain.controller.js';
import { ChainService } from './chain.service.js';

@Module({ controllers: [ChainController], providers: [ChainService], exports: [ChainService] })
export class ChainModule {}
