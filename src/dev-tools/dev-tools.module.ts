import { type DynamicModule, Module } from '@nestjs/common';
import { ChainModule } from '../chain/chain.module.js';
import { type DevChainAccess } from '../config/read-configuration.js';
import { PaymentsModule } from '../payments/payments.module.js';
import { DEV_CHAIN, DevChainControl } from './dev-chain-control.js';
import { DevPayments } from './dev-payments.js';
import { DevToolsController } from './dev-tools.controller.js';

/** A developer's reach into the dev chain, for processes that started one, and for the command line beside them. */
@Module({})
export class DevToolsModule {
  static on(access: DevChainAccess): DynamicModule {
    return {
      module: DevToolsModule,
      imports: [ChainModule, PaymentsModule],
      providers: [{ provide: DEV_CHAIN, useValue: access }, DevChainControl, DevPayments],
      exports: [DevChainControl, DevPayments],
    };
  }

  static rest(access: DevChainAccess): DynamicModule {
    return { ...DevToolsModule.on(access), controllers: [DevToolsController] };
  }
}
