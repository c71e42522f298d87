import { type Block, type Movement } from '../blocks/block.js';

/** What one endpoint says of a block, or the first of several that answers. */
export interface BlockWord {
  /** With the movements that reach us. */
  block: Block;
  /** Whether the block's own hash covers all of it. */
  isProved: boolean;
  /** Whether it proves as much of itself as the chain's blocks do, by `proofs`. */
  isAsUsual: boolean;
}

/**
 * What of a block counts, by the words of several endpoints: what one can prove; else what all of them say. Each thing
 * for itself: what they agree about does not wait for the rest.
 * @param words at least one, of one and the same block
 */
export function commonWord(words: readonly BlockWord[]): Block {
  const [first, ...others] = words as [BlockWord, ...BlockWord[]];
  const proved = words.find(({ isProved }) => isProved);
  if (proved !== undefined) return proved.block;
  const saidByOthers = others.map(({ block }) => new Set(block.movements.map((one) => told(block, one))));
  const isCommon = (movement: Movement) =>
    saidByOthers.every((said) => said.has(told(first.block, movement)));
  const movements = first.block.movements.filter(isCommon);
  if (words.every(({ block }) => block.movements.length === movements.length)) return first.block;
  const counts = words.map(({ block }) => block.movements.length).join(' and ');
  const doubt =
    `the endpoints contradict each other about what block ${first.block.hash} brings us, and nothing in it proves ` +
    `either: ${movements.length} transfers are the same in all, of ${counts}`;
  return { ...first.block, movements, doubt, isContradicted: true };
}

/** Everything that hangs on it. The place of a log in its block is numbered otherwise by each node. */
function told({ time, parentHash }: Block, movement: Movement): string {
  const { kind, txHash, ordinal, from, to, tokenAddress, amount } = movement;
  // Some nodes leave out who sent native value, and no hash covers it.
  const sender = kind === 'erc20' ? from : null;
  return [kind, txHash, ordinal, sender, to, tokenAddress, amount, time.getTime(), parentHash].join(' ');
}
