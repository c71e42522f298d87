import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { ChainService } from '../chain/chain.service.js';
import { type BlockRef } from '../chain/blocks/block.js';
import { TooFewAnswersError } from '../chain/rpc/agreed-answers.js';
import { confirmationsOf, requiredConfirmations } from '../chain/confirmations.js';
import { type ChainConfig } from '../config/chains.js';
import { disputedFrom, scannedBy, type ScannedBlock } from './agreed-block.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { finalNumber } from './read-blocks.js';
import { type Asset } from '../ids/ids.js';

/** How far a chain has been scanned and is agreed on, for whoever asks whether something in it is final. */
export interface ChainExtent extends Agreed {
  scanned: ScannedBlock;
}

/** What depth is counted from. */
export interface Agreed {
  /** The last scanned block that no endpoint disputes; -1: none. */
  agreedNumber: number;
  /** What the chain itself calls final; null where that is not asked. */
  finalNumber: number | null;
}

/**
 * `replaced`: the chain has another one at its height. `unscanned`: the scan has not come to its height. `unknown`: it is
 * older than what is remembered, and the endpoints do not agree about what is there, or too few of them show it.
 */
export type BlockStanding = 'canonical' | 'replaced' | 'unscanned' | 'unknown';

/** Only blocks that the scanner has linked itself make anything final: the depth is counted as for payments. */
@Injectable()
export class ScannedChain {
  constructor(
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /** Null: nothing was scanned yet. @throws RpcError */
  async extent(config: ChainConfig): Promise<ChainExtent | null> {
    const cursor = await this.cursors.find(config.chainId);
    if (cursor === null) return null;
    const chain = this.chains.of(config);
    const scanned = scannedBy(cursor);
    const disputed = await disputedFrom(this.dataSource.manager, this.cursors, chain);
    const agreedNumber = disputed === null ? scanned.number : Math.min(scanned.number, disputed - 1);
    return { scanned, agreedNumber, finalNumber: await finalNumber(chain.reader, chain, agreedNumber) };
  }

  /**
   * How a block stands to the scanned chain. Of one that is no longer remembered the endpoints have to say the same: one
   * of them could make up a block that fits itself, and nothing that we know links to it.
   * @throws RpcError
   */
  async standing(
    chain: ChainConfig,
    block: { number: number; hash: string },
    manager: EntityManager = this.dataSource.manager,
  ): Promise<BlockStanding> {
    const known = await this.cursors.highestBelow(manager, chain.chainId, block.number + 1);
    if (known?.number === block.number) return known.hash === block.hash ? 'canonical' : 'replaced';
    // What is remembered has no gaps.
    if (known !== null) return 'unscanned';
    const header = await this.agreedHeader(chain, block.number);
    if (header === null) return 'unknown';
    return header.hash === block.hash ? 'canonical' : 'replaced';
  }

  private async agreedHeader(chain: ChainConfig, number: number): Promise<BlockRef | null> {
    try {
      return await this.chains.of(chain).reader.agreedHeader(number);
    } catch (error) {
      if (error instanceof TooFewAnswersError) return null;
      throw error;
    }
  }

  /** The last block scanned; null: none was yet. */
  async last(chain: ChainConfig): Promise<ScannedBlock | null> {
    const cursor = await this.cursors.find(chain.chainId);
    return cursor === null ? null : scannedBy(cursor);
  }

  /** A block of the scanned chain, as far as it is remembered. */
  async blockAt(chain: ChainConfig, number: number): Promise<{ number: number; hash: string } | null> {
    const known = await this.cursors.highestBelow(this.dataSource.manager, chain.chainId, number + 1);
    return known?.number === number ? known : null;
  }

  /** Whether reorgs were scanned since they were last taken. */
  async isReorged({ chainId }: ChainConfig): Promise<boolean> {
    const reorgedTo = (await this.cursors.find(chainId))?.reorgedTo ?? null;
    return reorgedTo !== null;
  }

  /**
   * Takes the reorgs that nobody has looked at: if the transaction fails, they are there for the next one. The scan
   * stands still until it ends.
   * @returns the lowest block they left standing; null: there was none
   */
  takeReorg(manager: EntityManager, { chainId }: ChainConfig): Promise<number | null> {
    return this.cursors.takeReorg(manager, chainId);
  }
}

/** The last block in which a movement of this amount is final; -1: none. */
export function finalUpTo(
  chain: ChainConfig,
  { agreedNumber, finalNumber: final }: Agreed,
  { tokenAddress, amount }: { tokenAddress: Asset; amount: bigint },
): number {
  const required = requiredConfirmations(confirmationsOf(chain, tokenAddress), amount);
  return required === null ? (final ?? -1) : agreedNumber - required + 1;
}
