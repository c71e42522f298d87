import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type BlockId } from '../chain/accounts/chain-evidence.js';
import { type Chain } from '../chain/chain.js';
import { LedgerService } from './ledger.service.js';
import { type Address, type Asset } from '../ids/ids.js';

/** What an address of ours has of one asset after a block, in base units. */
export interface Held {
  shown: bigint;
  /** By the books: what we have seen arrive, less what we sent. */
  booked: bigint;
  /**
   * Nodes show what is booked, or more and none contradicts it; or that less is there is proved by the block's state, or
   * said by several endpoints and contradicted by none: then somebody else moved it.
   */
  isBelieved: boolean;
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
    { chainId, accounts, evidence }: Chain,
    block: BlockId,
    address: Address,
    tokenAddress: Asset,
  ): Promise<Held> {
    const { manager } = this.dataSource;
    const booked = await this.ledger.held(manager, { chainId, address, tokenAddress }, block.number);
    const expected = booked > 0n ? booked : null;
    const { amount: shown, endpoints } = await accounts.balanceOf(
      address,
      tokenAddress,
      block.hash,
      expected,
    );
    if (shown === booked) return { shown, booked, isBelieved: true };
    const proven = tokenAddress === null ? await evidence.account(block, address) : null;
    if (proven !== null) return { shown: proven.balance, booked, isBelieved: true };
    if (shown > booked) return { shown, booked, isBelieved: true };
    return { shown, booked, isBelieved: endpoints > 1 };
  }
}
