import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { SETTINGS } from '../config/configuration.module.js';
import { type Settings } from '../config/settings.js';
import {
  Claimants,
  type Claim,
  type Claimant,
  type FoundTransfer,
} from '../outgoing/after-restore/claimants.js';
import { sweepingOf } from '../config/sweeping.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { Payment } from '../payments/payment.entity.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** Sweeps that went after a backup: those that it had planned, and others. */
@Injectable()
export class SweepClaims implements Claimant, OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly claimants: Claimants,
    private readonly funds: DepositFunds,
    private readonly sweeps: SweepsRepository,
  ) {}

  onModuleInit(): void {
    this.claimants.add('sweeps', this);
  }

  /** What went from a deposit address to a treasury, of today or of the backup. */
  async claim(manager: EntityManager, found: FoundTransfer): Promise<Claim | null> {
    const { chain, account, from, recipient: treasury, tokenAddress, amount } = found;
    if (account.kind !== 'deposit' || !(await this.isTreasury(manager, found))) return null;
    const payment = await manager.findOneBy(Payment, { address: from });
    if (payment === null) return null;
    const place = { chainId: chain.chainId, address: from };
    const own = (await this.sweeps.openAt(manager, [place])).filter(
      (one) => one.tokenAddress === tokenAddress,
    );
    if (own.some(({ state }) => state === 'sent')) return null;
    const planned = own[0];
    const id = planned?.id ?? uuidv7();
    const { isComplete, takenTransfers } = await this.taken(manager, found);
    const take = async (outgoingId: string): Promise<void> => {
      const sent = {
        treasury,
        amount,
        path: found.isBatched ? ('eip7702' as const) : ('transfer' as const),
        state: 'sent' as const,
        reasonCode: null,
        reason: null,
        isComplete,
        takenTransfers,
        outgoingId,
        updatedAt: databaseClock.now(),
      };
      if (planned !== undefined) return void (await manager.update(Sweep, { id }, sent));
      const { id: paymentId, merchantId } = payment;
      const { derivationIndex } = account;
      await manager.insert(Sweep, {
        id,
        chainId: chain.chainId,
        paymentId,
        merchantId,
        from,
        derivationIndex,
        tokenAddress,
        estimatedFee: 0n,
        ...sent,
      });
    };
    return { purpose: 'sweep', subjectId: id, take };
  }

  private async isTreasury(manager: EntityManager, { chain, recipient }: FoundTransfer): Promise<boolean> {
    const sweeping = sweepingOf(chain, this.settings);
    if ('treasury' in sweeping && sweeping.treasury === recipient) return true;
    return manager.existsBy(Sweep, { chainId: chain.chainId, treasury: recipient });
  }

  /** What had arrived before it, and whether it took all of that. */
  private async taken(
    manager: EntityManager,
    { chain, from, tokenAddress, amount, mostFee, blockNumber }: FoundTransfer,
  ): Promise<Pick<Sweep, 'isComplete' | 'takenTransfers'>> {
    const arrived = await this.funds.arrived(manager, chain.chainId, from, tokenAddress);
    const before = arrived.filter((one) => one.blockNumber < blockNumber);
    const sum = before.reduce((total, one) => total + one.amount, 0n);
    const isComplete = amount + (tokenAddress === null ? mostFee : 0n) >= sum;
    return { isComplete, takenTransfers: before.map(({ id }) => id) };
  }
}
