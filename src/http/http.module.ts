import { Global, Module } from '@nestjs/common';
import { EncryptionCheck } from './encryption-check.js';
import { IdempotencyService } from './idempotency.js';
import { PublicLimits } from './public-limits.js';
import { Sealer } from './sealing.js';

/** What every controller may need. */
@Global()
@Module({
  providers: [EncryptionCheck, IdempotencyService, PublicLimits, Sealer],
  exports: [IdempotencyService, PublicLimits, Sealer],
})
export class HttpModule {}
