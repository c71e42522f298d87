import { type Proofs } from '../../config/chains.js';
import { ARBITRUM_TYPES } from './arbitrum-transactions.js';
import { bloomOf } from './bloom.js';
import { keccak256 } from './keccak.js';
import { type KnownForms } from './known-forms.js';
import { NewerFormError, OddStructureError } from './newer-form.js';
import { EMPTY_TRIE, orderedTrieRoot } from './ordered-trie.js';
import { type RawBlock, type RawLog, type RawReceipt } from '../blocks/raw-block.js';
import { encodeReceipt, KNOWN_RECEIPT_TYPES } from './receipt-encoding.js';
import { encodeTransaction } from './transaction-encoding.js';
import { UnprovenAnswerError } from '../rpc/unproven-answer.js';

/** What of a block was proved by its own hash and roots; the rest is the node's word. */
export interface BlockProof {
  /** That its fields make its hash. */
  isHeaderProved: boolean;
  /** That none of its transactions was left out, added or altered: they make the root, and the header its hash. */
  areTransactionsProved: boolean;
  /** What of it this version does not know; null: nothing. */
  newer: NewerFormError | null;
}

/** What of receipts was proved: that they make the root; that their logs make the bloom; nothing. */
export type ReceiptsProof = 'root' | 'bloom' | 'none';

/**
 * That a block is the one asked for, that its fields make its hash, and its transactions its `transactionsRoot`. What
 * it cannot show is that the chain has it; the link to our own blocks does.
 * @returns what could be proved: less than `proofs` says where the block has parts of a newer fork
 * @throws UnprovenAnswerError where what is known does not come out
 */
export function proveBlock(block: RawBlock, number: number, proofs: Proofs, forms: KnownForms): BlockProof {
  const fail = failure(block.hash);
  if (block.number !== number) fail(`block ${number} was asked for, ${block.number} came`);
  if (proofs === 'receipts' && block.transactions.length === 0 && !isSame(block.receiptsRoot, EMPTY_TRIE)) {
    fail('it has receipts, but no transactions were sent');
  }
  if (proofs !== 'full') {
    // With `receipts`, the root shows how many there are.
    const odd = proofs === 'off' ? oddTransactions(block) : null;
    const newer = odd === null ? null : new OddStructureError(block.hash, odd);
    return { isHeaderProved: false, areTransactionsProved: false, newer };
  }
  const { isProved: isHeaderProved, newer: newerFields } = forms.of(block);
  if (!isHeaderProved && newerFields.length === 0) {
    fail(
      'its header does not make its hash; where a chain has headers of its own form, set proofs: receipts for it',
    );
  }
  const newer =
    newerFields.length === 0
      ? null
      : new NewerFormError(block.hash, `header of a newer fork: ${fieldsInWords(newerFields)}`);
  const unknownTypes = unknownTypesOf(block);
  return {
    isHeaderProved,
    areTransactionsProved: isHeaderProved && unknownTypes.length === 0,
    newer: newer ?? newerIn(block, unknownTypes),
  };
}

/** As a block looks of which transactions were left out; some chains may count gas that no transaction used. */
function oddTransactions({ transactions, unnamedTransactions, gasUsed = 0n }: RawBlock): string | null {
  if (unnamedTransactions !== undefined) return 'transactions that are null';
  return transactions.length === 0 && gasUsed > 0n ? 'gas used, and no transactions' : null;
}

/**
 * The types of transactions that cannot be recomputed. Where there are none, the transactions make their root.
 * @throws UnprovenAnswerError
 */
function unknownTypesOf(block: RawBlock): number[] {
  const fail = failure(block.hash);
  const unknown = new Set<number>();
  const known: Uint8Array[] = [];
  block.transactions.forEach((transaction, index) => {
    const bytes = encodeTransaction(transaction);
    if (bytes === null) return unknown.add(transaction.type);
    if (isSame(keccak256(bytes), transaction.hash)) return known.push(bytes);
    // Not all of them have been seen in a block.
    if (ARBITRUM_TYPES.includes(transaction.type)) return unknown.add(transaction.type);
    return fail(`transaction ${index} is not the one its hash names`);
  });
  if (unknown.size > 0) return [...unknown];
  const root = orderedTrieRoot(known);
  if (!isSame(root, block.transactionsRoot)) fail(`its transactions make the root ${root}`);
  return [];
}

/** What cannot be recomputed: in a form that is not known, of a newer fork, or of those types of Arbitrum whose hash is made of something else. */
function newerIn({ hash, transactions }: RawBlock, unknownTypes: readonly number[]): NewerFormError | null {
  if (unknownTypes.length === 0) return null;
  const unread = new Set(transactions.flatMap(({ unread: names = [] }) => names));
  if (unread.size > 0) {
    const fields = fieldsInWords([...unread]);
    return new OddStructureError(hash, `transactions in a form that is not known: ${fields}`);
  }
  const names = unknownTypes.map((type) => `0x${type.toString(16)}`).join(', ');
  return unknownTypes.every((type) => ARBITRUM_TYPES.includes(type))
    ? new OddStructureError(hash, `transactions that do not make their hashes: type ${names}`)
    : new NewerFormError(hash, `transactions of a newer fork: type ${names}`);
}

/**
 * That receipts are all of a block's, unaltered: statuses and logs make its `receiptsRoot`.
 * @returns null where they make it; else what in them this version does not know, which may be why: then at least the
 * logs make the bloom
 * @throws UnprovenAnswerError
 */
export function proveReceipts(block: RawBlock, receipts: readonly RawReceipt[]): NewerFormError | null {
  const fail = failure(block.hash);
  const types = typesOf(block);
  const root = rootOf(receipts, types);
  if (isSame(root, block.receiptsRoot)) return null;
  if (isMadeByWhatCounts(block, receipts, types)) return null;
  const newer = newerReceiptParts(receipts);
  if (newer.fields.some((field) => isSame(rootOf(receipts, types, field), block.receiptsRoot))) return null;
  if (newer.fields.length + newer.types.length === 0) {
    fail(`its receipts make the root ${root}, the header says ${block.receiptsRoot}`);
  }
  if (receipts.length !== block.transactions.length) {
    fail(`${block.transactions.length} transactions but ${receipts.length} receipts`);
  }
  proveLogs(
    block,
    receipts.flatMap(({ logs }) => logs),
  );
  const parts = [...newer.types.map((type) => `type ${type}`), ...newer.fields];
  return new NewerFormError(block.hash, `receipts of a newer fork: ${fieldsInWords(parts)}`);
}

/**
 * Whether receipts make the root once all that can be made of the rest is made of it: nodes tell types, blooms and sums
 * of gas wrongly that are right in the chain (Erigon, its issues 2235 and 22106). Statuses and logs are as they came.
 */
function isMadeByWhatCounts(
  block: RawBlock,
  receipts: readonly RawReceipt[],
  types: ReadonlyMap<string, number>,
): boolean {
  const derived = receipts.map(({ type: _type, ...receipt }) => ({
    ...receipt,
    logsBloom: bloomOf(receipt.logs),
  }));
  if (isSame(rootOf(derived, types), block.receiptsRoot)) return true;
  let sum = 0n;
  const summed = derived.map((receipt) => {
    sum += receipt.gasUsed;
    return { ...receipt, cumulativeGasUsed: `0x${sum.toString(16)}` };
  });
  return isSame(rootOf(summed, types), block.receiptsRoot);
}

function typesOf({ transactions }: RawBlock): ReadonlyMap<string, number> {
  return new Map(transactions.map(({ hash, type }) => [hash, type]));
}

function rootOf(
  receipts: readonly RawReceipt[],
  types: ReadonlyMap<string, number>,
  appended?: string,
): string {
  const typeOf = ({ type, transactionHash }: RawReceipt) => type ?? types.get(transactionHash) ?? 0;
  return orderedTrieRoot(receipts.map((receipt) => encodeReceipt(receipt, typeOf(receipt), appended)));
}

function newerReceiptParts(receipts: readonly RawReceipt[]): { fields: string[]; types: string[] } {
  const fields = receipts.flatMap(({ unknownFields }) => Object.keys(unknownFields));
  const types = receipts.map(({ type }) => type ?? 0).filter((type) => !KNOWN_RECEIPT_TYPES.includes(type));
  return {
    fields: [...new Set(fields)],
    types: [...new Set(types)].map((type) => `0x${type.toString(16)}`),
  };
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

function fieldsInWords(names: readonly string[]): string {
  return names.length === 0 ? 'a form that is not known' : names.join(', ');
}

function failure(block: string): (reason: string) => never {
  return (reason) => {
    throw new UnprovenAnswerError(block, reason);
  };
}

function isSame(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one === other;
}
