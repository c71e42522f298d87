import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../../chain/chain.js';
import { type ChainConfig } from '../../config/chains.js';
import { type Arrived, DepositFunds } from '../../payments/deposit-funds.js';
import { type ChainExtent, finalUpTo } from '../../scanner/scanned-chain.js';

export interface Available {
  /** Base units that are there for good: what may still be reorged away is left out. */
  final: bigint;
  /** More is there, or on its way, which is not final yet. */
  hasMore: boolean;
}

/** What lies at a deposit address and may be moved. */
@Injectable()
export class DepositBalances {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly funds: DepositFunds,
  ) {}

  /**
   * By the balance and not by what was recorded, since tokens may take fees and give interest: the balance after the
   * last block scanned, less what was recorded and is not final. Never more than there is now.
   * @throws RpcError, as when the block was reorged away meanwhile
   */
  async available(
    chain: Chain,
    extent: ChainExtent,
    address: string,
    tokenAddress: string | null,
  ): Promise<Available> {
    const { accounts } = chain;
    const [arrived, scanned, now] = await Promise.all([
      this.funds.arrived(this.dataSource.manager, chain.chainId, address, tokenAddress),
      accounts.balance(address, tokenAddress, extent.scanned.hash),
      accounts.balance(address, tokenAddress),
    ]);
    const unsure = arrived
      .filter((one) => !isFinal(chain, extent, tokenAddress, one))
      .reduce((sum, { amount }) => sum + amount, 0n);
    const final = (scanned < now ? scanned : now) - unsure;
    return { final: final > 0n ? final : 0n, hasMore: unsure > 0n || now > scanned };
  }
}

function isFinal(
  chain: ChainConfig,
  extent: ChainExtent,
  tokenAddress: string | null,
  { amount, blockNumber, requiredConfirmations: required }: Arrived,
): boolean {
  if (required === undefined) return blockNumber <= finalUpTo(chain, extent, { tokenAddress, amount });
  return blockNumber <= (required === null ? (extent.finalNumber ?? -1) : extent.agreedNumber - required + 1);
}
