import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type ChainConfig } from '../config/chains.js';
import { LedgerRepository } from './ledger.repository.js';
import { LedgerService } from './ledger.service.js';
import { balancesOf } from './ledger-balances.js';
import { holdPosition } from '../chain/position/scanned-positions.js';
import { PayingAccounts } from './paying-accounts.js';
import { merged, moved } from './posting.js';
import { type Address } from '../ids/ids.js';

/**
 * Brings the gas tank and the payout account into the books: with what they hold after the block up to which the chain
 * is scanned. From there on every movement of theirs is booked by itself.
 */
@Injectable()
export class Openings {
  private readonly opened = new Set<string>();

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly chains: ChainService,
    private readonly ledger: LedgerService,
    private readonly repository: LedgerRepository,
    private readonly accounts: PayingAccounts,
  ) {}

  /**
   * Before the first transaction of the address is sent; again changes nothing.
   * @param address lower-case
   * @returns false: not now, as nothing was scanned yet, or a transaction of the address is on its way
   * @throws RpcError
   */
  async open(chain: ChainConfig, account: 'gas_tank' | 'payout', address: Address): Promise<boolean> {
    const { chainId } = chain;
    const subject = `opening:${chainId}:${address}`;
    const { manager } = this.dataSource;
    if (this.opened.has(subject) && !(await this.isReversed(manager, subject))) return true;
    const isOpen = await this.dataSource.transaction((transaction) =>
      this.openIn(transaction, chain, account, address, subject),
    );
    if (isOpen) this.opened.add(subject);
    return isOpen;
  }

  /** The cursor is held, so that the scanner books what comes after its block and nothing before. */
  private async openIn(
    manager: EntityManager,
    chain: ChainConfig,
    account: 'gas_tank' | 'payout',
    address: Address,
    subject: string,
  ): Promise<boolean> {
    const { chainId } = chain;
    const block = await holdPosition(manager, chainId);
    if (block === null) return false;
    if (!(await this.isReversed(manager, subject))) return true;
    if (await this.accounts.isAnyOnItsWay(manager, chainId, address)) return false;
    const booked = await balancesOf(manager, chainId, [address], block.number);
    const tokens = (await this.chains.tokensIn(manager, chainId)).map((token) => token.address);
    const legs = await Promise.all(
      [null, ...tokens].map(async (token) => {
        const held = await this.chains.accounts(chain.name).balance(address, token, block.hash);
        const known = booked.find((balance) => balance.tokenAddress === token)?.amount ?? 0n;
        return moved({ account: 'external' }, { account, address }, token, held - known);
      }),
    );
    await this.accounts.add(manager, { chainId, account, address });
    const posting = { subject, kind: 'opening' as const, chainId, block, txHash: null, paymentId: null };
    await this.ledger.book(manager, [{ subject, posting: { ...posting, legs: merged(legs.flat()) } }]);
    return true;
  }

  /** Whether it is not in the books, or a reorg took it out again. */
  private async isReversed(manager: EntityManager, subject: string): Promise<boolean> {
    const standing = await this.repository.standing(manager, [subject]);
    return (standing.get(subject)?.booked ?? null) === null;
  }
}
