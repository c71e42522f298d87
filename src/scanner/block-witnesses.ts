import { Injectable, Module } from '@nestjs/common';
import { type EntityManager } from 'typeorm';
import { type BlockRef } from '../chain/blocks/block.js';
import { type Chain } from '../chain/chain.js';

/** What a witness found, to be written in the transaction that moves the cursor past these blocks. */
export interface Witnessed {
  /** Before what the blocks bring is applied to payments. */
  before: (manager: EntityManager) => Promise<void>;
  /** After it. */
  after: (manager: EntityManager) => Promise<void>;
}

/** Reads the blocks of a step besides, for what payments have nothing to do with. */
export interface BlockWitness {
  /**
   * @param head the chain's, as a node told it for this step
   * @returns null where there is nothing to write
   * @throws RpcError, UnprovenAnswerError: then the step is made again
   */
  read(chain: Chain, blocks: readonly BlockRef[], head: BlockRef): Promise<Witnessed | null>;
}

/** Those who read along. They register here, since they stand above the scanner. */
@Injectable()
export class BlockWitnesses {
  private readonly witnesses: BlockWitness[] = [];

  add(witness: BlockWitness): void {
    this.witnesses.push(witness);
  }

  async read(chain: Chain, blocks: readonly BlockRef[], head: BlockRef): Promise<Witnessed[]> {
    const found = await Promise.all(this.witnesses.map((witness) => witness.read(chain, blocks, head)));
    return found.filter((one) => one !== null);
  }
}

@Module({ providers: [BlockWitnesses], exports: [BlockWitnesses] })
export class BlockWitnessesModule {}
