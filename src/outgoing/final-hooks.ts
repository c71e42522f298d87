import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** Told of an outgoing transaction inside the database transaction that makes it final. */
export type OnFinal = (manager: EntityManager, outgoing: OutgoingTransaction) => Promise<void>;

/** Those who have to do with the end of an outgoing transaction: it and what they write is committed together. */
@Injectable()
export class FinalHooks {
  private readonly hooks: OnFinal[] = [];

  add(hook: OnFinal): void {
    this.hooks.push(hook);
  }

  /** In the order they were added. */
  async run(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    for (const hook of this.hooks) await hook(manager, outgoing);
  }
}
