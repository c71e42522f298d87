import { type Proofs } from '../../config/chains.js';
import { bloomOf } from './bloom.js';
import { headerHash } from './header-hash.js';
import { keccak256 } from './keccak.js';
import { EMPTY_TRIE, orderedTrieRoot } from './ordered-trie.js';
import { type RawBlock, type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { encodeReceipt } from './receipt-encoding.js';
import { encodeTransaction } from './transaction-encoding.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/**
 * That a block is the one asked for, that its fields make its hash, and its transactions its `transactionsRoot`: none
 * was left out, added or altered. What it cannot show is that the chain has it; the link to our own blocks does.
 * @throws UnprovenAnswerError
 */
export function proveBlock(block: RawBlock, number: number, proofs: Proofs): void {
  const fail = failure(block.hash);
  if (Number(block.number) !== number) fail(`block ${number} was asked for, ${Number(block.number)} came`);
  if (proofs === 'receipts' && block.transactions.length === 0 && !isSame(block.receiptsRoot, EMPTY_TRIE)) {
    fail('it has receipts, but no transactions were sent');
  }
  if (proofs !== 'full') return;
  const hash = headerHash(block);
  if (hash === null) {
    return fail(
      'its header lacks fields; where a chain has headers of its own form, set proofs: receipts for it',
    );
  }
  if (!isSame(hash, block.hash)) fail(`its header makes the hash ${hash}`);
  const encoded = block.transactions.map((transaction, index) => {
    const bytes = encodeTransaction(transaction);
    if (bytes === null) {
      return fail(
        `transaction ${index} is of type ${transaction.type}, which cannot be recomputed; where a chain has types of ` +
          'its own, set proofs: receipts for it',
      );
    }
    if (!isSame(keccak256(bytes), transaction.hash))
      fail(`transaction ${index} is not the one its hash names`);
    return bytes;
  });
  const root = orderedTrieRoot(encoded);
  if (!isSame(root, block.transactionsRoot)) fail(`its transactions make the root ${root}`);
}

/**
 * That receipts are all of a block's, unaltered: statuses and logs make its `receiptsRoot`.
 * @throws UnprovenAnswerError
 */
export function proveReceipts(block: RawBlock, receipts: readonly RawReceipt[]): void {
  const fail = failure(block.hash);
  const encoded = receipts.map((receipt, index) => {
    try {
      return encodeReceipt(receipt);
    } catch {
      return fail(`receipt ${index} lacks fields`);
    }
  });
  const root = orderedTrieRoot(encoded);
  if (!isSame(root, block.receiptsRoot)) {
    fail(`its receipts make the root ${root}, the header says ${block.receiptsRoot}`);
  }
}

/**
 * That logs are all of a block's, as far as its bloom tells: one whose address and topics another log has as well can
 * be left out at the end unseen.
 * @throws UnprovenAnswerError
 */
export function proveLogs(block: RawBlock, logs: readonly RawLog[]): void {
  const fail = failure(block.hash);
  if (!isSame(bloomOf(logs), block.logsBloom)) fail('its logs do not make the bloom of its header');
}

function failure(block: string): (reason: string) => never {
  return (reason) => {
    throw new UnprovenAnswerError(block, reason);
  };
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other;
}
