import { Global, Module } from '@nestjs/common';
import { EncryptionCheck } from './encryption-check.js';
import { IdempotencyService } from './idempotency.js';
import { Sealer } from './sealing.js';

/** What every controller may need. */
@Global()
@Module({ providers: [EncryptionCheck, IdempotencyService, Sealer], exports: [IdempotencyService, Sealer] })
export class HttpModule {}
