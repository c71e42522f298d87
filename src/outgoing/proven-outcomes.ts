import { Injectable } from '@nestjs/common';
import { type BlockId, signerOf, type WholeBlock } from '../chain/accounts/chain-evidence.js';
import { requireWhole } from '../chain/blocks/whole-transaction.js';
import { type RawTransaction } from '../chain/blocks/raw-block.js';
import { type Receipt } from '../chain/accounts/chain-accounts.js';
import { type Chain } from '../chain/chain.js';
import { RpcError } from '../chain/rpc/rpc-endpoint.js';
import { ScannedChain } from '../scanner/scanned-chain.js';
import { lowestBlockOf } from './lowest-block.js';
import { type OutgoingTransaction } from './outgoing-transaction.entity.js';
import { type OutgoingRecord } from './outgoing.repository.js';
import { type TxHash } from '../ids/ids.js';
import { steadyMs } from '../process/steady-time.js';

/** Blocks read in one round for one transaction. */
const BLOCKS_AT_ONCE = 50;
/** After a search that found nothing and could not prove that there is nothing. */
const AGAIN_MS = 60_000;
/** For so long a search is kept whose top nobody is sure of; then it begins again at a block that is still remembered. */
const BEGIN_AGAIN_MS = 10 * 60_000;

/**
 * Who used a nonce, by final blocks:
 * - `ours`: bytes of ours, in this block, to which the scanned chain links;
 * - `another`: bytes that are not here, in this block: of somebody else who has the key, or of ours from after a backup;
 * - `no_transaction`: it is used, and none of the blocks in which ours could be has it: an authorization did (EIP-7702);
 * - `open`: not known yet, or not used.
 */
export type NonceUse =
  | { by: 'ours'; block: BlockId; txHash: TxHash }
  | { by: 'another'; block: BlockId; txHash: TxHash; transaction: RawTransaction }
  | { by: 'no_transaction'; block: BlockId }
  | { by: 'open' };

interface Search {
  /** The final block it began at, by which the nonce is used, as far as nodes say. */
  top: BlockId;
  /** The next block to be read, down from the top; null: all were. */
  next: BlockId | null;
  /** Whether the top's own state root says that the nonce is used. */
  isProvenUsed: boolean;
  searchedAtMs: number;
  /** Since when it has an outcome, and the endpoints do not say together whether its top is of the chain. */
  unknownSinceMs?: number;
}

/**
 * What became of a transaction, where a node's word is not enough: because it says that there is nothing, or that nothing
 * was moved, which would have the same money sent once more.
 */
@Injectable()
export class ProvenOutcomes {
  /** By the outgoing transaction's id. */
  private readonly searches = new Map<string, Search>();

  constructor(private readonly scanned: ScannedChain) {}

  /** Null: the block has no such transaction. @throws RpcError, UnprovenAnswerError */
  receipt({ evidence }: Chain, block: BlockId, txHash: TxHash): Promise<Receipt | null> {
    return evidence.receipt(block, txHash);
  }

  /**
   * Reads final blocks downwards, each named by its child, until one has the nonce; a few in each round.
   * @param final the last block that is final for it
   * @throws RpcError, UnprovenAnswerError
   */
  async nonceUse(chain: Chain, record: OutgoingRecord, final: number): Promise<NonceUse> {
    const { outgoing } = record;
    const search = this.searches.get(outgoing.id) ?? (await this.begin(chain, outgoing, final));
    if (search === null) return { by: 'open' };
    this.searches.set(outgoing.id, search);
    const use = await this.goOn(chain, record, search);
    if (use === null) return { by: 'open' };
    if (use.by === 'no_transaction' && (await this.scanned.isReorged(chain))) {
      // Nobody has looked at that reorg yet: it may have ours mined below the lowest block that was read.
      this.searches.delete(outgoing.id);
      return { by: 'open' };
    }
    // A reorg that deep would have taken what was found.
    const standing = await this.scanned.standing(chain, search.top);
    // While that is not known, what was found is kept: the next round asks for the standing alone.
    search.unknownSinceMs ??= steadyMs();
    if (standing === 'unknown' && steadyMs() - search.unknownSinceMs < BEGIN_AGAIN_MS) return { by: 'open' };
    this.searches.delete(outgoing.id);
    return standing === 'canonical' ? use : { by: 'open' };
  }

  /** @returns null where the nonce is not used by then */
  private async begin(
    chain: Chain,
    { from, nonce }: OutgoingTransaction,
    final: number,
  ): Promise<Search | null> {
    const top = await this.scanned.blockAt(chain, final);
    if (top === null) return null;
    const proven = (await chain.evidence.account(top, from))?.nonce ?? null;
    const isUsed = proven === null ? await this.mayBeUsed(chain, { from, nonce }, top) : proven > nonce;
    if (!isUsed) return null;
    return { top, next: top, isProvenUsed: proven !== null, searchedAtMs: 0 };
  }

  /** A node that has no state of that block any more says nothing: then blocks alone do. */
  private async mayBeUsed(
    { accounts }: Chain,
    { from, nonce }: Pick<OutgoingTransaction, 'from' | 'nonce'>,
    { hash }: BlockId,
  ): Promise<boolean> {
    try {
      return (await accounts.nonce(from, hash)) > nonce;
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      return true;
    }
  }

  /** @returns null where it is not known yet */
  private async goOn(chain: Chain, record: OutgoingRecord, search: Search): Promise<NonceUse | null> {
    const lowest = lowestBlockOf(chain, record.outgoing);
    for (let read = 0; search.next !== null && read < BLOCKS_AT_ONCE; read += 1) {
      const block = await chain.evidence.block(search.next);
      const use = useIn(block, record);
      if (use !== null) return use;
      const isLast = block.number <= lowest;
      search.next = isLast ? null : { number: block.number - 1, hash: block.parentHash };
      search.searchedAtMs = steadyMs();
    }
    if (search.next !== null) return null;
    if (search.isProvenUsed && record.outgoing.signedAfterBlock !== null) {
      return { by: 'no_transaction', block: search.top };
    }
    // Nodes say that it is used, no block shows it: a later top may.
    if (steadyMs() - search.searchedAtMs >= AGAIN_MS) this.searches.delete(record.outgoing.id);
    return null;
  }
}

function useIn(
  { number, hash, transactions }: WholeBlock,
  { outgoing, attempts }: OutgoingRecord,
): NonceUse | null {
  const block = { number, hash };
  const ours = new Set(attempts.map(({ txHash }) => txHash));
  for (const transaction of transactions) {
    const txHash = transaction.hash;
    if (ours.has(txHash)) return { by: 'ours', block, txHash };
    const isNonceRead = transaction.unread?.includes('nonce') !== true;
    if (isNonceRead && Number(transaction.nonce) !== outgoing.nonce) continue;
    if (signerOf(transaction) !== outgoing.from) continue;
    requireWhole(transaction);
    return { by: 'another', block, txHash, transaction };
  }
  return null;
}
