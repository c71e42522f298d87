import { Injectable } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { LedgerRepository } from './ledger.repository.js';
import { type LedgerFact, LedgerService } from './ledger.service.js';
import { PayingAccounts } from './paying-accounts.js';
import { type LedgerBlock, merged, moved } from './posting.js';
import { type Address, type Asset, type ChainId, type TxHash } from '../ids/ids.js';

/** Value that reached an address, as the scanner saw it. */
export interface Arrival {
  block: LedgerBlock;
  kind: string;
  /** Null: unknown. */
  txHash: TxHash | null;
  /** Position in its transaction. */
  ordinal: number;
  to: Address;
  tokenAddress: Asset;
  /** Base units. */
  amount: bigint;
}

type PayingAccount = 'gas_tank' | 'payout';

/** Books what the operator sends to the gas tank and the payout account, once they are in the books. */
@Injectable()
export class TopUps {
  constructor(
    private readonly ledger: LedgerService,
    private readonly repository: LedgerRepository,
    private readonly accounts: PayingAccounts,
  ) {}

  /**
   * Inside the scanner's transaction.
   * @param orphanAbove blocks above this one are no longer canonical; null: there was no reorg
   */
  async observe(
    manager: EntityManager,
    chainId: ChainId,
    orphanAbove: number | null,
    arrivals: readonly Arrival[],
  ): Promise<void> {
    if (orphanAbove === null && arrivals.length === 0) return;
    const orphaned =
      orphanAbove === null ? [] : await this.repository.operatorSubjectsAbove(manager, chainId, orphanAbove);
    const facts = new Map<string, LedgerFact>(
      orphaned.map((subject) => [subject, { subject, posting: null }]),
    );
    const accounts = await this.accounts.of(manager, chainId);
    const own = arrivals.filter(({ to }) => accounts.has(to));
    for (const arrival of await this.ofOthers(manager, chainId, own)) {
      const fact = topUp(chainId, accounts.get(arrival.to) as PayingAccount, arrival);
      facts.set(fact.subject, fact);
    }
    await this.ledger.book(manager, [...facts.values()]);
  }

  /**
   * What transactions of ours move is booked by the code that sends them. What else reaches an account inside of them comes
   * from others: from a contract that was refunded and passes it on, or a treasury that fills the tank when it is paid.
   */
  private async ofOthers(
    manager: EntityManager,
    chainId: ChainId,
    arrivals: readonly Arrival[],
  ): Promise<Arrival[]> {
    const hashes = arrivals.map(({ txHash }) => txHash).filter((hash) => hash !== null);
    const own = new Set((await this.accounts.ownMovementsAmong(manager, chainId, hashes)).map(nameOf));
    return arrivals.filter((arrival) => !own.has(nameOf(arrival)));
  }
}

function nameOf({ txHash, tokenAddress, to }: Pick<Arrival, 'txHash' | 'tokenAddress' | 'to'>): string {
  return `${txHash} ${tokenAddress} ${to}`;
}

function topUp(chainId: ChainId, account: PayingAccount, arrival: Arrival): LedgerFact {
  const { block, kind, txHash, ordinal, to, tokenAddress, amount } = arrival;
  const subject = `top_up:${chainId}:${txHash ?? `${block.hash}:${to}`}:${ordinal}:${kind}`;
  const legs = merged(moved({ account: 'external' }, { account, address: to }, tokenAddress, amount));
  return { subject, posting: { subject, kind: 'top_up', chainId, block, txHash, paymentId: null, legs } };
}
