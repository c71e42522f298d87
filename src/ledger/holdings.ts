import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type BlockId } from '../chain/accounts/chain-evidence.js';
import { type Chain } from '../chain/chain.js';
import { LedgerService } from './ledger.service.js';

/** What an address of ours has of one asset after a block, in base units. */
export interface Held {
  /** As nodes show it. Less than is booked is so by all endpoints that answered. */
  shown: bigint;
  /** By the books: what we have seen arrive, less what we sent. */
  booked: bigint;
}

/** What lies at addresses of ours, held against the books, so that no node can call one empty that we know is not. */
@Injectable()
export class Holdings {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly ledger: LedgerService,
  ) {}

  /**
   * @param block a scanned one: up to it, everything that we know of is booked
   * @throws RpcError, as when the block was reorged away meanwhile; UnreadableBalanceError
   */
  async after(
    { chainId, accounts }: Chain,
    block: BlockId,
    address: string,
    tokenAddress: string | null,
  ): Promise<Held> {
    const { manager } = this.dataSource;
    const place = { chainId, address, tokenAddress };
    const booked = await this.ledger.held(manager, place, block.number);
    const atLeast = booked > 0n ? booked : 1n;
    const shown = await accounts.balance(address, tokenAddress, block.hash, atLeast);
    return { shown, booked };
  }
}
