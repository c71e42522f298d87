import { Module } from '@nestjs/common';
import { Outbox } from './outbox.js';

/** Its own module, because webhooks read events and nothing else of payments. */
@Module({ providers: [Outbox], exports: [Outbox] })
export class OutboxModule {}
