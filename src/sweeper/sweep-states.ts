import { Injectable, Logger } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { AddressUsers } from '../outgoing/address-users.js';
import { holdAddress } from '../outgoing/outgoing.repository.js';
import { type NotSignedError } from '../outgoing/signing-gate.js';
import { type Obstacle } from './planning/decide.js';
import { Sweep } from './sweep.entity.js';
import { SweeperMetrics } from './sweeper-metrics.js';
import { placeOf, SweepsRepository } from './sweeps.repository.js';
import { databaseClock } from '../database/database-clock.js';

/** What is signed for a sweep. */
export interface SignedSweep {
  path: Sweep['path'];
  /** Base units. */
  amount: bigint;
  isComplete: boolean;
  /** Ids of the transfers that it takes away. */
  takenTransfers: readonly string[];
  outgoingId: string;
}

/** Moves sweeps from state to state, as all paths do. */
@Injectable()
export class SweepStates {
  private readonly logger = new Logger('Sweeper');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sweeps: SweepsRepository,
    private readonly users: AddressUsers,
    private readonly metrics: SweeperMetrics,
  ) {}

  /**
   * Holds the address, and tells whether nothing else is done with its money: no refund, and no other process that moved
   * this sweep on.
   */
  async isFree(manager: EntityManager, sweep: Sweep): Promise<boolean> {
    return (await this.free(manager, [sweep])).length > 0;
  }

  /** As `isFree`, of many: the addresses in one order, and then the sweeps at once. @returns those that are free */
  async free(manager: EntityManager, sweeps: readonly Sweep[]): Promise<Sweep[]> {
    const addresses = new Map(sweeps.map((sweep) => [sweep.from, sweep.chainId]));
    for (const [from, chainId] of [...addresses].sort(([a], [b]) => (a < b ? -1 : 1))) {
      await holdAddress(manager, chainId, from);
    }
    const held = await this.sweeps.lock(manager, { id: In(sweeps.map(({ id }) => id)) });
    const states = new Map(held.map(({ id, state }) => [id, state]));
    const claimed = await this.users.of('refunds').claimsOf(manager, sweeps.map(placeOf));
    return sweeps.filter(({ id, from, state }) => states.get(id) === state && !claimed.has(from));
  }

  async funding(manager: EntityManager, { id }: Sweep): Promise<void> {
    await manager.update(Sweep, { id }, { state: 'funding', updatedAt: databaseClock.now() });
  }

  async sent(manager: EntityManager, { id }: Sweep, signed: SignedSweep): Promise<void> {
    const takenTransfers = [...signed.takenTransfers];
    const row = {
      ...signed,
      takenTransfers,
      state: 'sent' as const,
      reasonCode: null,
      reason: null,
      updatedAt: databaseClock.now(),
    };
    await manager.update(Sweep, { id }, row);
  }

  /** What does not hold any more keeps it: for a moment, as planned, or until it is planned again. */
  async notSigned(sweep: Sweep, { code, message: reason }: NotSignedError): Promise<false> {
    if (code === 'paused') return false;
    if (code !== 'balance' && code !== 'daily_limit') return this.wait(sweep, { code, reason });
    const row = { reasonCode: code, reason, updatedAt: databaseClock.now() };
    await this.dataSource.manager.update(Sweep, { id: sweep.id, state: sweep.state }, row);
    return false;
  }

  async wait(sweep: Sweep, { code, reason }: Obstacle): Promise<false> {
    const row = { state: 'waiting' as const, reasonCode: code, reason, updatedAt: databaseClock.now() };
    await this.dataSource.manager.update(Sweep, { id: sweep.id, state: sweep.state }, row);
    return false;
  }

  /**
   * Nothing is there that is final: it is planned again when there is something. That there never will be is the plan's to
   * find, by the books.
   * @param isWhole nodes show all that is booked, or that there is less is beyond doubt
   */
  async drop(sweep: Sweep, isWhole: boolean): Promise<false> {
    const reason = isWhole
      ? 'nothing that is final is at the address'
      : 'less is shown at the address than is booked: a node is wrong, or somebody else moved it';
    await this.dataSource.manager.update(
      Sweep,
      { id: sweep.id, state: sweep.state },
      { state: 'waiting', reason, updatedAt: databaseClock.now() },
    );
    return false;
  }

  async fail(chain: Chain, sweep: Sweep, reason: string): Promise<false> {
    const row = {
      state: 'failed' as const,
      reason,
      updatedAt: databaseClock.now(),
      finishedAt: databaseClock.now(),
    };
    await this.dataSource.manager.update(Sweep, { id: sweep.id, state: sweep.state }, row);
    const { id, from, paymentId, tokenAddress } = sweep;
    const line = { chain: chain.name, sweep: id, payment_id: paymentId, from, token: tokenAddress, reason };
    this.metrics.sweepFailed(chain.name);
    this.logger.error(line, 'sweep failed');
    return false;
  }
}
