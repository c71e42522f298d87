import { setImmediate } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { type BlockRef } from '../../chain/blocks/block.js';
import { type RawTransaction } from '../../chain/blocks/raw-block.js';
import { isWhole, requireWhole } from '../../chain/blocks/whole-transaction.js';
import { type Chain } from '../../chain/chain.js';
import { signerOf } from '../../chain/proof/sender.js';
import { BlockWitnesses, type BlockWitness, type Witnessed } from '../../scanner/block-witnesses.js';
import { AdoptedTransactions, type SignedByUs } from './adopted-transactions.js';
import { OwnAccounts } from './own-accounts.js';
import { RestoredChain } from './restored-chain.entity.js';
import { type Address, type ChainId } from '../../ids/ids.js';

/**
 * Reads the blocks since the backup that a database was restored from for transactions that addresses of ours signed, and
 * brings them into the database as they were there before: what was paid is not paid again.
 */
@Injectable()
export class TransactionsAfterBackup implements BlockWitness, OnModuleInit {
  private readonly logger = new Logger('Restore');

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly witnesses: BlockWitnesses,
    private readonly own: OwnAccounts,
    private readonly adopted: AdoptedTransactions,
  ) {}

  onModuleInit(): void {
    this.witnesses.add(this);
  }

  async read(chain: Chain, blocks: readonly BlockRef[], head: BlockRef): Promise<Witnessed | null> {
    const restored = await this.restoredChain(chain.chainId, head);
    if (restored === null) return null;
    const signed = await this.signedIn(chain, blocks);
    const last = blocks.at(-1) as BlockRef;
    const isRead = last.time > restored.restoredAt && last.number >= (restored.untilBlock as number);
    let others: SignedByUs[] = [];
    return {
      // Gas and its return are money that arrives: it has to be known as ours before payments hear of it.
      before: async (manager) => void (others = await this.adopted.gas(manager, chain, signed)),
      after: async (manager) => {
        await this.adopted.others(manager, chain, others);
        if (isRead) await this.end(manager, chain, restored);
      },
    };
  }

  private async restoredChain(chainId: ChainId, head: BlockRef): Promise<RestoredChain | null> {
    const { manager } = this.dataSource;
    const row = await manager.findOneBy(RestoredChain, { chainId });
    if (row !== null && row.untilBlock === null) {
      row.untilBlock = head.number;
      await manager.update(RestoredChain, { chainId }, { untilBlock: head.number });
    }
    return row;
  }

  /**
   * By their signatures: whom a node names as the sender is covered by no hash.
   * @throws RpcError where one of ours cannot be read as a whole: passed over, what it paid would be paid again
   */
  private async signedIn(chain: Chain, blocks: readonly BlockRef[]): Promise<SignedByUs[]> {
    const found: SignedByUs[] = [];
    for (const { number, hash, time } of blocks) {
      const { transactions } = await chain.evidence.block({ number, hash });
      const senders = transactions.map((transaction) => ({ transaction, from: senderOf(transaction) }));
      const froms = [...new Set(senders.map(({ from }) => from))].filter((from) => from !== null);
      const ours = await this.own.among(this.dataSource.manager, chain.chainId, froms);
      for (const { transaction, from } of senders) {
        const signer = from === null ? undefined : ours.get(from);
        if (from === null || signer === undefined) continue;
        requireWhole(transaction);
        found.push({ from, transaction, signer, blockNumber: number, blockTime: time });
      }
      // So many signatures take their time: others have their turn between blocks.
      await setImmediate();
    }
    return found;
  }

  private async end(manager: EntityManager, { chainId, name }: Chain, row: RestoredChain): Promise<void> {
    await manager.delete(RestoredChain, { chainId });
    const line = { chain: name, from_block: row.fromBlock, until_block: row.untilBlock };
    this.logger.log(line, 'read what was sent after the backup: signing may go on');
  }
}

/** Of one that was not read as a whole, whose signature shows nobody, whom the node names: it may be ours. */
function senderOf(transaction: RawTransaction): Address | null {
  return signerOf(transaction) ?? (isWhole(transaction) ? null : transaction.from);
}
