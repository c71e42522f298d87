import { type Block } from '../chain/block.js';
import { type ChainReader, type Watch } from '../chain/chain-reader.js';
import { type ChainConfig } from '../config/chains.js';
import { type ObservedTransfer } from '../payments/chain-facts.service.js';

/** The blocks `from … to`, both ends included, at once; null where the node has none. */
export function readBlocks(
  reader: ChainReader,
  watch: Watch,
  from: number,
  to: number,
): Promise<(Block | null)[]> {
  const numbers = Array.from({ length: to - from + 1 }, (_, index) => from + index);
  return Promise.all(numbers.map((number) => reader.block(number, watch)));
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
  return chain.confirmations.kind === 'finalized' ? atMost(scanned, await reader.finalizedNumber()) : null;
}

export function atMost(limit: number, number: number | null): number | null {
  return number === null ? null : Math.min(number, limit);
}
