import { quantity } from '../encoding.js';
import { keccak256, keccak256Bytes } from './keccak.js';
import { encodeRlp, type Field } from './rlp.js';

/** The root of a trie without entries: keccak256 of the RLP of nothing. */
export const EMPTY_TRIE = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';

interface Entry {
  /** The nibbles of the key, each a hex digit. */
  path: string;
  value: Uint8Array;
}

const NOTHING = new Uint8Array();

/**
 * Root of the Merkle Patricia trie that has each item under the RLP of its index, as `transactionsRoot` and
 * `receiptsRoot` are made (yellow paper, section 4.3 and appendix D). Nothing of the trie is kept.
 * @returns 0x + 64 lower-case hex digits
 */
export function orderedTrieRoot(items: readonly Uint8Array[]): string {
  if (items.length === 0) return EMPTY_TRIE;
  const entries = items.map((value, index) => ({ path: pathOf(index), value }));
  return keccak256(encodeRlp(nodeOf(entries, 0)));
}

/** @param depth how many nibbles lie behind; all entries share them */
function nodeOf(entries: readonly Entry[], depth: number): Field[] {
  const [{ path, value }] = entries as [Entry];
  if (entries.length === 1) return [packed(path.slice(depth), true), value];
  const shared = sharedLength(entries, depth);
  if (shared > depth) {
    return [packed(path.slice(depth, shared), false), referenceTo(nodeOf(entries, shared))];
  }
  const branches: (Entry[] | undefined)[] = new Array<Entry[] | undefined>(16).fill(undefined);
  for (const entry of entries) {
    const digit = parseInt(entry.path.charAt(depth), 16);
    const branch = branches[digit];
    if (branch) branch.push(entry);
    else branches[digit] = [entry];
  }
  const node: Field[] = branches.map((branch) =>
    branch === undefined ? NOTHING : referenceTo(nodeOf(branch, depth + 1)),
  );
  // The RLP of no index begins with that of another, so that a branch never has a value of its own.
  node.push(NOTHING);
  return node;
}

/** A node of less than 32 bytes stands in its parent itself, any other by its hash. */
function referenceTo(node: Field[]): Field {
  const encoded = encodeRlp(node);
  return encoded.length < 32 ? node : keccak256Bytes(encoded);
}

function sharedLength(entries: readonly Entry[], depth: number): number {
  const [{ path }] = entries as [Entry];
  let length = depth;
  while (length < path.length && entries.every((entry) => entry.path[length] === path[length])) length++;
  return length;
}

/** Hex-prefix encoding (yellow paper, appendix C). */
function packed(nibbles: string, isLeaf: boolean): string {
  const flag = isLeaf ? 2 : 0;
  return nibbles.length % 2 === 0 ? `0x${flag}0${nibbles}` : `0x${flag + 1}${nibbles}`;
}

/** Every block has the first places. */
const paths: string[] = [];
const MOST_PATHS = 1_000;

function pathOf(index: number): string {
  const known = paths[index];
  if (known !== undefined) return known;
  const path = rlpOf(index);
  if (index === paths.length && index < MOST_PATHS) paths.push(path);
  return path;
}

/** The RLP of a number: itself below 128, else its length and its bytes. */
function rlpOf(index: number): string {
  if (index === 0) return '80';
  const digits = quantity(index).slice(2);
  return index < 0x80 ? digits : `${(0x80 + digits.length / 2).toString(16)}${digits}`;
}
