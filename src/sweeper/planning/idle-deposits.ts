import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AddressUsers } from '../../outgoing/address-users.js';
import { DepositFunds, type UnsweptDeposit } from '../../payments/deposit-funds.js';
import { type Sweep } from '../sweep.entity.js';
import { type FailureRecord, SweepsRepository } from '../sweeps.repository.js';
import { type ChainId } from '../../ids/ids.js';

/** Money at a deposit address that no sweep is moving, and what Postgres knows of it. */
export interface IdleDeposit {
  deposit: UnsweptDeposit;
  isRefundOpen: boolean;
  /** Null: no sweep of it has come to nothing since it last went. */
  failed: FailureRecord | null;
  /** It was to go whatever it costs, and waits only because the treasury has changed since. */
  wasForced: boolean;
}

/** Finds what a plan is about. */
@Injectable()
export class IdleDeposits {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly funds: DepositFunds,
    private readonly sweeps: SweepsRepository,
    private readonly users: AddressUsers,
  ) {}

  /**
   * @param chainTime of the last block scanned
   * @param paymentIds of these payments only, whatever their status; null: of all that may be swept
   */
  async of(chainId: ChainId, chainTime: Date, paymentIds: readonly string[] | null): Promise<IdleDeposit[]> {
    const { manager } = this.dataSource;
    const deposits = await this.funds.unswept(manager, chainId, chainTime, paymentIds);
    const places = deposits.map(({ paymentId, address }) => ({ chainId, paymentId, address }));
    const open = await this.sweeps.openAt(manager, places);
    const busy = new Set(open.filter(({ state }) => state !== 'waiting').map(keyOf));
    const idle = deposits.filter((deposit) => !busy.has(keyOf({ ...deposit, from: deposit.address })));
    const forced = new Set(open.filter(isForcedStill).map(keyOf));
    const refunded = await this.users.of('refunds').claimsOf(manager, places);
    const failures = await this.sweeps.failures(
      chainId,
      idle.map(({ address }) => address),
    );
    const failed = new Map(failures.map((one) => [keyOf(one), one]));
    return idle.map((deposit) => ({
      deposit,
      isRefundOpen: refunded.has(deposit.address),
      failed: failed.get(keyOf({ ...deposit, from: deposit.address })) ?? null,
      wasForced: forced.has(keyOf({ ...deposit, from: deposit.address })),
    }));
  }
}

function isForcedStill({ state, isForced, reasonCode }: Sweep): boolean {
  return state === 'waiting' && isForced && reasonCode === 'treasury';
}

/** One asset at one address. */
export function keyOf({ from, tokenAddress }: Pick<Sweep, 'from' | 'tokenAddress'>): string {
  return `${from} ${tokenAddress ?? 'native'}`;
}
