import { Global, Module } from '@nestjs/common';
import { IdempotencyService } from './idempotency.js';
import { Sealer } from './sealing.js';

/** What every controller may need. */
@Global()
@Module({ providers: [IdempotencyService, Sealer], exports: [IdempotencyService, Sealer] })
export class HttpModule {}
