import { Module } from '@nestjs/common';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';

/** Books every movement of value; the modules whose facts they are call it. */
@Module({ providers: [LedgerRepository, LedgerService], exports: [LedgerRepository, LedgerService] })
export class LedgerModule {}
