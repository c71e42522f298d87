import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../../chain/chain.js';
import { type ChainConfig } from '../../config/chains.js';
import { Holdings } from '../../ledger/holdings.js';
import { type Arrived, DepositFunds } from '../../payments/deposit-funds.js';
import { type ChainExtent, finalUpTo } from '../../scanner/scanned-chain.js';
import { type Address, type Asset } from '../../ids/ids.js';

export interface Available {
  /** Base units that are there for good: what may still be reorged away is left out. */
  final: bigint;
  /** The transfers that make it: ids of those that are final. */
  transferIds: readonly string[];
  /** What is shown is all there is, by the books or beyond doubt. */
  isWhole: boolean;
  /** Nothing is there and nothing on its way, by the books or beyond doubt. */
  isEmpty: boolean;
  /** A node has less now than was scanned: it is behind, or money is leaving. What is there is to be looked at again. */
  isUnclear: boolean;
}

/** What lies at a deposit address and may be moved. */
@Injectable()
export class DepositBalances {
  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly funds: DepositFunds,
    private readonly holdings: Holdings,
  ) {}

  /**
   * By the balance and not by what was recorded, since tokens may take fees and give interest: the balance after the
   * last block scanned, less what was recorded and is not final. Where there is less now, nothing is moved: the scan
   * will tell what became of it.
   * @throws RpcError, as when the block was reorged away meanwhile
   */
  async available(
    chain: Chain,
    extent: ChainExtent,
    address: Address,
    tokenAddress: Asset,
  ): Promise<Available> {
    const [arrived, { shown, isBelieved: isWhole }] = await Promise.all([
      this.funds.arrived(this.dataSource.manager, chain.chainId, address, tokenAddress),
      this.holdings.after(chain, extent.scanned, address, tokenAddress),
    ]);
    const now = await chain.accounts.balance(address, tokenAddress, 'latest', shown);
    if (now < shown) return { final: 0n, transferIds: [], isWhole, isEmpty: false, isUnclear: true };
    const settled = arrived.filter((one) => isFinal(chain, extent, tokenAddress, one));
    const unsure = sumOf(arrived) - sumOf(settled);
    const final = shown > unsure ? shown - unsure : 0n;
    const transferIds = settled.map(({ id }) => id);
    const isEmpty = isWhole && now === 0n && settled.length === arrived.length;
    return { final, transferIds, isWhole, isEmpty, isUnclear: false };
  }
}

function sumOf(arrived: readonly Arrived[]): bigint {
  return arrived.reduce((sum, { amount }) => sum + amount, 0n);
}

function isFinal(
  chain: ChainConfig,
  extent: ChainExtent,
  tokenAddress: Asset,
  { amount, blockNumber, requiredConfirmations: required }: Arrived,
): boolean {
  if (required === undefined) return blockNumber <= finalUpTo(chain, extent, { tokenAddress, amount });
  return blockNumber <= (required === null ? (extent.finalNumber ?? -1) : extent.agreedNumber - required + 1);
}
