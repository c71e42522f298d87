import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { corrections } from './corrections.js';
import { balancesOf } from './ledger-balances.js';
import { LedgerRepository } from './ledger.repository.js';
import { type Posting } from './posting.js';
import { type Address, type Asset, type ChainId } from '../ids/ids.js';

/** What is so about a movement of value: its posting, or null where it did not happen. */
export interface LedgerFact {
  subject: string;
  posting: Posting | null;
}

/** The books, as the modules whose facts they tell of write them: in the transaction of the facts. */
@Injectable()
export class LedgerService {
  constructor(private readonly repository: LedgerRepository) {}

  /** Base units of an asset that an address has by the books, after a block. @param place lower-case */
  async held(
    manager: EntityManager,
    { chainId, address, tokenAddress }: { chainId: ChainId; address: Address; tokenAddress: Asset },
    block: number,
  ): Promise<bigint> {
    const balances = await balancesOf(manager, chainId, [address], block);
    return balances.find((balance) => balance.tokenAddress === tokenAddress)?.amount ?? 0n;
  }

  /**
   * Makes the ledger say what is so. Doing it again changes nothing; what is no longer so is reversed by new entries.
   * The caller holds the rows that the facts come from; should two write about one subject all the same, one of the two
   * transactions fails.
   */
  async book(manager: EntityManager, facts: readonly LedgerFact[]): Promise<void> {
    if (facts.length === 0) return;
    const standing = await this.repository.standing(
      manager,
      facts.map(({ subject }) => subject),
    );
    const additions = facts.flatMap(({ subject, posting }) => {
      const { booked = null, nextSequence = 0 } = standing.get(subject) ?? {};
      return corrections(booked, posting).map((addition, index) => ({
        addition,
        sequence: nextSequence + index,
      }));
    });
    await this.repository.append(manager, additions);
  }
}
