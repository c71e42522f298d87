import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { FinalHooks } from '../outgoing/final-hooks.js';
import { type OutgoingPart } from '../outgoing/outgoing-part.entity.js';
import { OutgoingTransaction } from '../outgoing/outgoing-transaction.entity.js';
import { OutgoingRepository } from '../outgoing/outgoing.repository.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { Sweep } from './sweep.entity.js';
import { SweepsRepository } from './sweeps.repository.js';
import { type TxHash } from '../ids/ids.js';
import { databaseClock } from '../database/database-clock.js';

/** What a sweep's end means: for the sweep, for what lay at the address, and for its payment. */
@Injectable()
export class SweepResults implements OnModuleInit {
  private readonly logger = new Logger('Sweeper');

  constructor(
    private readonly hooks: FinalHooks,
    private readonly sweeps: SweepsRepository,
    private readonly outgoing: OutgoingRepository,
    private readonly funds: DepositFunds,
  ) {}

  onModuleInit(): void {
    this.hooks.add({
      paymentsOf: (manager, outgoing) => this.paymentsOf(manager, outgoing),
      ended: (manager, outgoing) => this.ended(manager, outgoing),
      reopened: (manager, outgoing) => this.reopened(manager, outgoing),
    });
  }

  /** Holds the sweeps, which come before their payments. */
  private async paymentsOf(
    manager: EntityManager,
    outgoing: readonly OutgoingTransaction[],
  ): Promise<string[]> {
    const ids = outgoing.filter(({ purpose }) => purpose === 'sweep').map(({ id }) => id);
    if (ids.length === 0) return [];
    const sweeps = await this.sweeps.lock(manager, { outgoingId: In(ids) });
    return sweeps.map(({ paymentId }) => paymentId);
  }

  private async ended(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'sweep') return;
    const parts = await this.outgoing.partsOf([outgoing], manager);
    const sweeps = (await this.sweeps.byOutgoing(manager, outgoing.id)).filter(
      ({ state }) => state === 'sent',
    );
    const settled: Settled[] = [];
    for (const sweep of sweeps) {
      const part = parts.find(({ subjectId }) => subjectId === sweep.id) ?? null;
      const end = endOf(outgoing, part);
      const fee = await this.outgoing.feeOf(manager, sweep.id);
      // Looked at before a reorg: what brings the gas back may be on its way.
      const isGasSettled =
        sweep.isGasSettled || (part !== null && !(await this.outgoing.wasSentGas(manager, sweep.id)));
      const row = { fee, isGasSettled };
      if (end.state === 'failed') await this.failed(manager, sweep, { ...row, reason: end.reason });
      else {
        await this.confirmed(manager, outgoing, sweep, {
          ...row,
          amount: end.amount,
          received: end.received,
        });
        settled.push({ sweep, received: end.received as bigint, fee });
      }
    }
    await this.settle(manager, outgoing, settled);
  }

  private async confirmed(
    manager: EntityManager,
    { blockNumber }: OutgoingTransaction,
    sweep: Sweep,
    end: Partial<Sweep>,
  ): Promise<void> {
    const now = databaseClock.now();
    const row = { ...end, state: 'confirmed' as const, updatedAt: now, finishedAt: now };
    await manager.update(Sweep, { id: sweep.id }, row);
    if (!sweep.isComplete) return;
    const { paymentId, chainId, from: address, tokenAddress, takenTransfers: transferIds } = sweep;
    // What a reorg moved behind it came after it.
    const upToBlock = (blockNumber as number) - 1;
    await this.funds.markSwept(manager, paymentId, {
      chainId,
      address,
      tokenAddress,
      transferIds,
      upToBlock,
    });
  }

  private async settle(
    manager: EntityManager,
    { txHash }: OutgoingTransaction,
    settled: readonly Settled[],
  ): Promise<void> {
    const complete = settled.filter(({ sweep }) => sweep.isComplete);
    for (const { sweep, received, fee } of complete) {
      const { paymentId, chainId, tokenAddress } = sweep;
      const told = { tx_hash: txHash as string, amount: received.toString(), fee: fee.toString() };
      await this.funds.settle(manager, { paymentId, chainId, tokenAddress }, told);
    }
  }

  private async failed(manager: EntityManager, sweep: Sweep, end: Partial<Sweep>): Promise<void> {
    const now = databaseClock.now();
    const row = { ...end, state: 'failed' as const, received: 0n, updatedAt: now, finishedAt: now };
    await manager.update(Sweep, { id: sweep.id }, row);
    const { id, from, paymentId, tokenAddress: token } = sweep;
    const line = { sweep: id, payment_id: paymentId, from, token, reason: end.reason };
    this.logger.error(line, 'sweep failed');
  }

  /** They hold their addresses again. A payment that was settled stays so, and gets new figures. */
  private async reopened(manager: EntityManager, outgoing: OutgoingTransaction): Promise<void> {
    if (outgoing.purpose !== 'sweep') return;
    const sweeps = await this.sweeps.byOutgoing(manager, outgoing.id);
    const open = { state: 'sent' as const, reason: null, fee: null, received: null, finishedAt: null };
    const now = databaseClock.now();
    for (const { id, chainId, from: address, tokenAddress } of sweeps) {
      await manager.update(Sweep, { id }, { ...open, updatedAt: now, reopenedAt: now });
      await this.funds.unmarkSwept(manager, { chainId, address, tokenAddress });
    }
    for (const { paymentId } of sweeps) {
      await this.funds.unsettle(manager, paymentId, outgoing.txHash as TxHash);
    }
  }
}

interface Settled {
  sweep: Sweep;
  received: bigint;
  fee: bigint;
}

/** Of a batch that was mined each ends as its own transfer did. */
function endOf(outgoing: OutgoingTransaction, part: OutgoingPart | null) {
  if (part === null || outgoing.state === 'failed') return outgoing;
  const { reason, amount, received } = part;
  return { state: reason === null ? ('confirmed' as const) : ('failed' as const), reason, amount, received };
}
