import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type Address, type ChainId, type TokenAddress } from '../ids/ids.js';

/** A payment's deposit address on a chain. */
export interface DepositPlace {
  chainId: ChainId;
  paymentId: string;
  /** Lower-case. */
  address: Address;
}

/** A deposit address that was sent gas for a token's transfer, which has ended. */
export interface GasLeft extends DepositPlace {
  /** The sweep or refund that the gas was for. */
  subjectId: string;
  derivationIndex: number;
  /** Where some of this token is left, its sweep takes the gas, or has it returned; null: that does not matter. */
  stillTaken: TokenAddress | null;
}

/** A module that moves money from deposit addresses: what others have to know of it before they touch one. */
export interface AddressUser {
  /** Which of the places it is about to move money from; by address. */
  claimsOf(manager: EntityManager, places: readonly DepositPlace[]): Promise<Set<string>>;
  /** Wei at a deposit address that it is to pay somebody with, and has not signed away: nobody pays gas of them. */
  promisedAt(manager: EntityManager, chainId: ChainId, address: Address): Promise<bigint>;
  /** Where gas that was sent for it may be left over, and nobody has looked yet. */
  gasLeft(chainId: ChainId, limit: number): Promise<GasLeft[]>;
  /** Notes that what gas was left at an address was looked at. */
  settleGas(manager: EntityManager, chainId: ChainId, address: Address): Promise<void>;
}

const USERS = ['sweeps', 'refunds'] as const;
type User = (typeof USERS)[number];

/** A module is missing that this process needs, to know whose money it would move. */
export class AddressUserMissingError extends Error {
  constructor(user: User) {
    super(`nobody speaks for ${user} in this process: import their module beside the one that asks`);
  }
}

/** Who uses deposit addresses. They register here, so that they need not know each other. */
@Injectable()
export class AddressUsers {
  private readonly users = new Map<User, AddressUser>();

  add(name: User, user: AddressUser): void {
    this.users.set(name, user);
  }

  /** @throws AddressUserMissingError rather than taking silence for "nothing is promised" */
  of(name: User): AddressUser {
    const user = this.users.get(name);
    if (user === undefined) throw new AddressUserMissingError(name);
    return user;
  }

  all(): AddressUser[] {
    return USERS.map((name) => this.of(name));
  }
}
