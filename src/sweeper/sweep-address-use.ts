import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import {
  AddressUsers,
  type AddressUser,
  type DepositPlace,
  type GasLeft,
} from '../outgoing/address-users.js';
import { Sweep } from './sweep.entity.js';
import { placeOf, SweepsRepository } from './sweeps.repository.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** What others have to know of sweeps before they touch a deposit address. */
@Injectable()
export class SweepAddressUse implements AddressUser, OnModuleInit {
  constructor(
    private readonly users: AddressUsers,
    private readonly sweeps: SweepsRepository,
  ) {}

  onModuleInit(): void {
    this.users.add('sweeps', this);
  }

  /** Those that wait may wait for long, and claim nothing. */
  async claimsOf(manager: EntityManager, places: readonly DepositPlace[]): Promise<Set<string>> {
    const open = await this.sweeps.openAt(manager, places);
    return new Set(open.filter(({ state }) => state !== 'waiting').map(({ from }) => from));
  }

  /** What goes to the treasury may pay for gas. */
  promisedAt(): Promise<bigint> {
    return Promise.resolve(0n);
  }

  async gasLeft(chainId: ChainId, limit: number): Promise<GasLeft[]> {
    const ended = await this.sweeps.withGasLeft(chainId, limit);
    return ended.map((sweep) => ({
      ...placeOf(sweep),
      subjectId: sweep.id,
      derivationIndex: sweep.derivationIndex,
      stillTaken: null,
    }));
  }

  async settleGas(manager: EntityManager, chainId: ChainId, address: Address): Promise<void> {
    const ended = {
      chainId,
      from: address,
      state: In(['confirmed', 'failed'] as const),
      isGasSettled: false,
    };
    const held = await this.sweeps.lock(manager, ended);
    if (held.length > 0)
      await manager.update(Sweep, { id: In(held.map(({ id }) => id)) }, { isGasSettled: true });
  }
}
