import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import {
  AddressUsers,
  type AddressUser,
  type DepositPlace,
  type GasLeft,
} from '../outgoing/address-users.js';
import { RefundsRepository } from './refunds.repository.js';
import { type Address, type ChainId } from '../ids/ids.js';

/** What others have to know of refunds before they touch a deposit address. */
@Injectable()
export class RefundAddressUse implements AddressUser, OnModuleInit {
  constructor(
    private readonly users: AddressUsers,
    private readonly refunds: RefundsRepository,
  ) {}

  onModuleInit(): void {
    this.users.add('refunds', this);
  }

  async claimsOf(manager: EntityManager, places: readonly DepositPlace[]): Promise<Set<string>> {
    const open = await this.refunds.openAmong(
      manager,
      places.map(({ paymentId }) => paymentId),
    );
    const claimed = places.filter(({ paymentId }) => open.has(paymentId));
    return new Set(claimed.map(({ address }) => address));
  }

  promisedAt(manager: EntityManager, chainId: ChainId, depositAddress: Address): Promise<bigint> {
    return this.refunds.promisedAt(manager, { chainId, depositAddress }, null);
  }

  async gasLeft(chainId: ChainId, limit: number): Promise<GasLeft[]> {
    const ended = await this.refunds.withGasLeft(chainId, limit);
    return ended.map(({ id, paymentId, depositAddress, derivationIndex, tokenAddress }) => ({
      chainId,
      paymentId,
      address: depositAddress,
      subjectId: id,
      derivationIndex,
      stillTaken: tokenAddress,
    }));
  }

  settleGas(manager: EntityManager, chainId: ChainId, address: Address): Promise<void> {
    return this.refunds.settleGas(manager, chainId, address);
  }
}
