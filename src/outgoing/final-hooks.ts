import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { holdPayments } from '../payments/hold-payments.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';

/** Told of an outgoing transaction inside the database transaction that changes it. */
export type OutgoingHook = (manager: EntityManager, outgoing: OutgoingTransaction) => Promise<void>;

export interface FinalHook {
  /** The payments that have to do with these; what of the hook's own is held before payments is, it holds. */
  paymentsOf: (manager: EntityManager, outgoing: readonly OutgoingTransaction[]) => Promise<string[]>;
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

  /** Before any of them is run: all that they will change is held, in the order in which everybody holds it. */
  async hold(manager: EntityManager, outgoing: readonly OutgoingTransaction[]): Promise<void> {
    const payments: string[] = [];
    for (const hook of this.hooks) payments.push(...(await hook.paymentsOf(manager, outgoing)));
    await holdPayments(manager, [...new Set(payments)]);
  }

  /** In the order they were added. */
  async run(
    what: 'ended' | 'reopened',
    manager: EntityManager,
    outgoing: OutgoingTransaction,
  ): Promise<void> {
    for (const hook of this.hooks) await hook[what](manager, outgoing);
  }
}
