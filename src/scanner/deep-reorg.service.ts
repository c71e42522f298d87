import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { ChainService } from '../chain/chain.service.js';
import { type ChainBlock } from '../chain/position/chain-block.entity.js';
import { CursorRepository } from '../chain/position/cursor.repository.js';
import { ChainFactsService } from '../payments/chain-facts.service.js';
import { isNotBelow } from './set-back.js';

/** All of them are read, and replace ours in one transaction. */
const MOST_BLOCKS = 50_000;
/** So many blocks with money of ours below the ancestor are compared: the fork is not below them. */
const COMPARED = 20;

export interface AcceptedReorg {
  chain: string;
  /** The last block that both branches have. */
  ancestor: number;
  ancestor_hash: string;
  /** Where our branch ends: it is replaced from the block after the ancestor on. */
  scanned: number;
}

/** The scan is not to go on from there, and why. Nothing was changed. */
export class DeepReorgRefusedError extends Error {}

/**
 * Lets the scan of a chain go on that was halted by a reorg below every block remembered (`ReorgTooDeepError`), once an
 * operator has seen that the chain itself was set back. A block that both branches have is remembered; the next step of
 * the scan finds it, and replaces our branch with the chain's as after any reorg: payments whose money is gone fail.
 */
@Injectable()
export class DeepReorgService {
  constructor(
    private readonly chains: ChainService,
    private readonly cursors: CursorRepository,
    private readonly facts: ChainFactsService,
    @InjectDataSource() private readonly dataSource: DataSource,
  ) {}

  /**
   * @param number of a block below those remembered, at or below the last that both branches have. Too low is safe: more
   * is read again
   * @throws NoSuchChainError, DeepReorgRefusedError; TooFewAnswersError, RpcError: endpoints do not say
   */
  async accept(name: string, number: number): Promise<AcceptedReorg> {
    const chain = this.chains.of({ name });
    const status = await this.chains.check(name);
    if (status.state === 'refused') throw new DeepReorgRefusedError(status.reasons.join('; '));
    const cursor = await this.cursors.find(chain.chainId);
    const lowest = await this.cursors.lowest(this.dataSource.manager, chain.chainId);
    if (cursor === null || lowest === null)
      throw new DeepReorgRefusedError(`${name} has not been scanned yet: there is nothing to go on from`);
    await this.requireHalted(chain, lowest, number);
    if (cursor.blockNumber - number > MOST_BLOCKS) {
      throw new DeepReorgRefusedError(
        `from block ${number} to ${cursor.blockNumber}, where the scan is, there are more than ${MOST_BLOCKS} blocks: ` +
          'give a block nearer to where the branches part',
      );
    }
    const ancestor = await chain.reader.agreedHeader(number);
    if (ancestor === null)
      throw new DeepReorgRefusedError(
        `the endpoints of ${name} do not all show the same block ${number}: mend or remove those that are wrong first`,
      );
    await this.requireCommon(chain, number);
    await this.cursors.rememberBelow(chain.chainId, ancestor, lowest);
    return { chain: name, ancestor: number, ancestor_hash: ancestor.hash, scanned: cursor.blockNumber };
  }

  private async requireHalted(chain: Chain, lowest: ChainBlock, number: number): Promise<void> {
    const { blockNumber, blockHash } = lowest;
    if (number >= blockNumber)
      throw new DeepReorgRefusedError(
        `block ${number} is not below block ${blockNumber}, the lowest that is remembered: give one that is`,
      );
    const heads = await chain.reader.heads();
    // Set back below that block, the chain has none to compare with it.
    const [head] = [...heads].sort((one, other) => other.number - one.number);
    if (head !== undefined && (await isNotBelow(chain, head, lowest))) return;
    if (await chain.reader.isOnBranchOfAny({ number: blockNumber, hash: blockHash }))
      throw new DeepReorgRefusedError(
        `${chain.name} has block ${blockNumber} as we remember it: the scan follows such a reorg by itself`,
      );
  }

  /** Money of ours at or below the ancestor would stay recorded, whether the chain has it or not. */
  private async requireCommon(chain: Chain, number: number): Promise<void> {
    const { chainId, name, reader } = chain;
    const range = { chainId, from: Math.max(0, number - MOST_BLOCKS), to: number };
    const recorded = await this.facts.recorded(this.dataSource.manager, range);
    const hashes = new Map(recorded.map(({ blockNumber, blockHash }) => [blockNumber, blockHash]));
    for (const [blockNumber, hash] of [...hashes].slice(-COMPARED)) {
      if ((await reader.agreedHeader(blockNumber))?.hash === hash) continue;
      throw new DeepReorgRefusedError(
        `the branches part further below: block ${blockNumber}, in which money of ours is recorded, is another on ${name} ` +
          `now. Give a block below ${blockNumber}`,
      );
    }
  }
}
