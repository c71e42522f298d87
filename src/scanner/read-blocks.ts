import { type Block } from '../chain/blocks/block.js';
import { type ChainReader, type Watch } from '../chain/reading/chain-reader.js';
import { type ChainConfig } from '../config/chains.js';
import { type ObservedTransfer } from '../payments/observed-transfer.js';

/** Blocks that are read together: as many as share an HTTP request. */
export const GROUP = 20;
/** So many groups are read at once: while one is proved, the node answers for others. */
export const GROUPS_AT_ONCE = 4;

/** The blocks `from … to`, both ends included; null where the node has none. */
export async function readBlocks(
  reader: ChainReader,
  watch: Watch,
  from: number,
  to: number,
): Promise<(Block | null)[]> {
  const groups: Promise<(Block | null)[]>[] = [];
  for (let first = from; first <= to; first += GROUP) {
    const length = Math.min(GROUP, to - first + 1);
    const group = Promise.all(Array.from({ length }, (_, index) => reader.block(first + index, watch)));
    // It is awaited below; until then, its failure is nobody's.
    group.catch(() => undefined);
    await groups.at(1 - GROUPS_AT_ONCE);
    groups.push(group);
  }
  return (await Promise.all(groups)).flat();
}

/** A block's movements, each with its block. */
export function transfersOf(block: Block): ObservedTransfer[] {
  return block.movements.map((movement) => ({
    ...movement,
    blockNumber: block.number,
    blockHash: block.hash,
    blockTime: block.time,
  }));
}

/**
 * The highest block that counts as final, where the chain's own finality decides; null where it does not, or has none.
 * @param scanned no block counts as final that we have not scanned ourselves, whatever the node says
 */
export async function finalNumber(
  reader: ChainReader,
  chain: ChainConfig,
  scanned: number,
): Promise<number | null> {
  const { confirmations } = chain;
  return confirmations.kind === 'finality'
    ? atMost(scanned, await reader.finalNumber(confirmations.tag))
    : null;
}

export function atMost(limit: number, number: number | null): number | null {
  return number === null ? null : Math.min(number, limit);
}
