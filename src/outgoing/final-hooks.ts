import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** Told of an outgoing transaction inside the database transaction that changes it. */
export type OutgoingHook = (manager: EntityManager, outgoing: OutgoingTransaction) => Promise<void>;

export interface FinalHook {
  /** It became final. After `reopened` it does so again. */
  ended: OutgoingHook;
  /** It was final, and a reorg took its block: what followed from its end is open again. Given as it was before. */
  reopened: OutgoingHook;
}

/** Those who have to do with the end of an outgoing transaction: it and what they write is committed together. */
@Injectable()
export class FinalHooks {
  private readonly hooks: FinalHook[] = [];

  add(hook: FinalHook): void {
    this.hooks.push(hook);
  }

  /** In the order they were added. */
  async run(what: keyof FinalHook, manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    for (const hook of this.hooks) await hook[what](manager, outgoing);
  }
}
