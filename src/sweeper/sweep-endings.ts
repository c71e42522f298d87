import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { FinalHooks } from '../outgoing/final-hooks.js';
import { OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';

/** What a sweep's end means: for the sweep, for what lay at the address, and for its payment. */
@Injectable()
export class SweepEndings implements OnModuleInit {
  private readonly logger = new Logger('Sweeper');

  constructor(
    private readonly hooks: FinalHooks,
    private readonly sweeps: SweepsRepository,
    private readonly outgoing: OutgoingRepository,
    private readonly funds: DepositFunds,
  ) {}

  onModuleInit(): void {
    this.hooks.add({
      ended: (manager, outgoing) => this.ended(manager, outgoing),
      reopened: (manager, outgoing) => this.reopened(manager, outgoing),
    });
  }

  private async ended(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'sweep') return;
    for (const sweep of await this.sweeps.byOutgoing(manager, outgoing.id)) {
      if (sweep.state !== 'sent') continue;
      if (outgoing.state === 'confirmed') await this.confirmed(manager, sweep, outgoing);
      else await this.failed(manager, sweep, outgoing);
    }
  }

  /** It holds its address again. A payment that was settled stays so, and gets the figures anew. */
  private async reopened(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'sweep') return;
    const open = { state: 'sent' as const, reason: null, fee: null, received: null, finishedAt: null };
    const now = new Date();
    for (const { id, chainId, from: address, tokenAddress, paymentId } of await this.sweeps.byOutgoing(
      manager,
      outgoing.id,
    )) {
      await manager.update(Sweep, { id }, { ...open, updatedAt: now, reopenedAt: now });
      await this.funds.unmarkSwept(manager, { chainId, address, tokenAddress });
      await this.funds.unsettle(manager, paymentId, outgoing.txHash as string);
    }
  }

  private async confirmed(
    manager: EntityManager,
    sweep: Sweep,
    outgoing: OutgoingTransaction,
  ): Promise<void> {
    const fee = await this.outgoing.feeOf(manager, sweep.id);
    const received = outgoing.received as bigint;
    const now = new Date();
    const row = {
      state: 'confirmed' as const,
      amount: outgoing.amount,
      received,
      fee,
      updatedAt: now,
      finishedAt: now,
    };
    await manager.update(Sweep, { id: sweep.id }, row);
    if (!sweep.isComplete) return;
    const { chainId, from: address, tokenAddress, paymentId } = sweep;
    const upToBlock = sweep.takenAtBlock as number;
    await this.funds.markSwept(manager, { chainId, address, tokenAddress, upToBlock });
    await this.funds.settle(
      manager,
      { paymentId, chainId, tokenAddress },
      { tx_hash: outgoing.txHash as string, amount: received.toString(), fee: fee.toString() },
    );
  }

  private async failed(manager: EntityManager, sweep: Sweep, { reason }: OutgoingTransaction): Promise<void> {
    const fee = await this.outgoing.feeOf(manager, sweep.id);
    const now = new Date();
    await manager.update(
      Sweep,
      { id: sweep.id },
      { state: 'failed', reason, fee, received: 0n, updatedAt: now, finishedAt: now },
    );
    const { id, from, paymentId, tokenAddress: token } = sweep;
    this.logger.error({ sweep: id, payment_id: paymentId, from, token, reason }, 'sweep failed');
  }
}
