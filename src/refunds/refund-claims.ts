import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager, Equal, IsNull } from 'typeorm';
import {
  Claimants,
  type Claim,
  type Claimant,
  type FoundTransfer,
} from '../outgoing/after-restore/claimants.js';
import { RefundAnnouncements } from './refund-announcements.js';
import { Refund } from './refund.entity.js';
import { RefundsRepository } from './refunds.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** Refunds that were open in a backup, and were paid after it. */
@Injectable()
export class RefundClaims implements Claimant, OnModuleInit {
  constructor(
    private readonly claimants: Claimants,
    private readonly refunds: RefundsRepository,
    private readonly announcements: RefundAnnouncements,
  ) {}

  onModuleInit(): void {
    this.claimants.add('refunds', this);
  }

  /** The oldest that asks for just this: of two alike it does not matter which is which. */
  async claim(manager: EntityManager, sent: FoundTransfer): Promise<Claim | null> {
    const { chain, account, from, recipient: to, tokenAddress, amount } = sent;
    if (account.kind === 'gas_tank') return null;
    const found = await manager.findOne(Refund, {
      where: {
        chainId: chain.chainId,
        state: 'created',
        to,
        amount: Equal(amount),
        tokenAddress: tokenAddress === null ? IsNull() : tokenAddress,
        ...(account.kind === 'deposit' ? { depositAddress: from } : {}),
      },
      order: { id: 'ASC' },
    });
    if (found === null) return null;
    const refund = await this.refunds.lock(manager, found);
    // Cancelled meanwhile.
    if (refund.state !== 'created') return null;
    const source = account.kind === 'deposit' ? ('deposit' as const) : ('payout' as const);
    const isGasSettled = source === 'payout' || tokenAddress === null;
    const take = async (outgoingId: string): Promise<void> => {
      const row = {
        state: 'sent' as const,
        source,
        outgoingId,
        isGasSettled,
        waitsFor: null,
        sentAt: databaseClock.now(),
      };
      await manager.update(Refund, { id: refund.id }, row);
      await this.announcements.announce(manager, refund.id);
    };
    return { purpose: 'refund', subjectId: refund.id, take };
  }
}
