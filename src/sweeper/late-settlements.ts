import { Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Moved, type Mover, Movers, NOTHING_MOVED, type Round } from '../outgoing/movers.js';
import { hashesOf } from '../outgoing/outgoing.repository.js';
import { DepositFunds } from '../payments/deposit-funds.js';
import { SweepsRepository } from './sweeps.repository.js';
import { steadyMs } from '../process/steady-time.js';

const LOOK_EVERY_MS = 2_000;

/**
 * Settles payments whose money was swept before they were confirmed: late money that was accepted when it had left. No
 * sweep ends for them any more, so the last one is what settled them.
 */
@Injectable()
export class LateSettlements implements Mover, OnModuleInit {
  /** By chain id, ms since 1970. */
  private readonly lookedAt = new Map<number, number>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly movers: Movers,
    private readonly funds: DepositFunds,
    private readonly sweeps: SweepsRepository,
  ) {}

  onModuleInit(): void {
    this.movers.add('late settlements', this);
  }

  async move({ chain: { chainId } }: Round): Promise<Moved> {
    const now = steadyMs();
    if (now - (this.lookedAt.get(chainId) ?? 0) < LOOK_EVERY_MS) return NOTHING_MOVED;
    this.lookedAt.set(chainId, now);
    for (const place of await this.funds.sweptUnsettled(this.dataSource.manager, chainId)) {
      await this.dataSource.transaction(async (manager) => {
        const { address: from, tokenAddress } = place;
        const last = await this.sweeps.lastConfirmed(manager, { chainId, from, tokenAddress });
        // What was given back whole was not swept.
        if (last?.outgoingId == null) return;
        const hash = (await hashesOf(manager, [last.outgoingId])).get(last.outgoingId) as string;
        const sweep = { tx_hash: hash, amount: String(last.received), fee: String(last.fee) };
        await this.funds.settle(manager, { ...place, chainId }, sweep);
      });
    }
    return NOTHING_MOVED;
  }
}
