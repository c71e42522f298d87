import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type ChainConfig } from '../../config/chains.js';
import { type Account } from '../../wallet/keys.js';
import { type Purpose } from '../outgoing-transaction.entity.js';
import { type MovedByTransaction } from './sent-transfer.js';
import { type Address } from '../../ids/ids.js';

/** A transfer by an address of ours that the database does not have. */
export interface FoundTransfer extends MovedByTransaction {
  chain: ChainConfig;
  account: Account;
  /** Lower-case. */
  from: Address;
  /** Wei: what it may cost at the most. */
  mostFee: bigint;
  blockNumber: number;
  /** The gas tank sent it for several addresses (EIP-7702). */
  isBatched: boolean;
}

/** What a transfer was for. */
export interface Claim {
  purpose: Purpose;
  subjectId: string;
  /** Notes at its subject that it was sent; in the same transaction, once the outgoing transaction is there. */
  take: (outgoingId: string) => Promise<void>;
}

/** A module that moves money, and knows by what was moved whether that was its doing. */
export interface Claimant {
  /** Null: it was not. Holds what it finds until the transaction ends. */
  claim(manager: EntityManager, found: FoundTransfer): Promise<Claim | null>;
}

const CLAIMANTS = ['refunds', 'sweeps'] as const;
type ClaimantName = (typeof CLAIMANTS)[number];

/** A module is missing in the process that reads what was sent after a backup. */
export class ClaimantMissingError extends Error {
  constructor(name: ClaimantName) {
    super(`nobody speaks for ${name} in this process: import their module beside the one that scans`);
  }
}

/** Who may have sent what the database does not have. They register here, so that they need not know each other. */
@Injectable()
export class Claimants {
  private readonly claimants = new Map<ClaimantName, Claimant>();

  add(name: ClaimantName, claimant: Claimant): void {
    this.claimants.set(name, claimant);
  }

  /** @throws ClaimantMissingError rather than calling a transfer unexplained */
  all(): Claimant[] {
    return CLAIMANTS.map((name) => {
      const claimant = this.claimants.get(name);
      if (claimant === undefined) throw new ClaimantMissingError(name);
      return claimant;
    });
  }
}
