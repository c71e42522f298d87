import { type BlockRef } from '../chain/blocks/block.js';
import { type ChainReader } from '../chain/reading/chain-reader.js';

/** Clocks of block producers run ahead or behind ours by seconds; this is far more. */
const CLOCK_SKEW_MS = 10 * 60_000;

/**
 * The block after which a chain without a cursor is scanned: the configured one, else the head; but never above the
 * chain's first payment, so that what was paid before the first scan is found as well.
 * @param head read before `firstPaymentAt`, so that a payment made in between is above it
 * @returns the block to set the cursor to
 */
export async function startAfter(
  reader: ChainReader,
  head: BlockRef,
  configured: number | null,
  firstPaymentAt: Date | null,
): Promise<BlockRef> {
  if (configured !== null) return (await reader.header(Math.max(0, configured - 1))) ?? head;
  if (firstPaymentAt === null) return head;
  return lastBlockBefore(reader, head, new Date(firstPaymentAt.getTime() - CLOCK_SKEW_MS));
}

/** Binary search by block time, about log2(height) headers. */
async function lastBlockBefore(reader: ChainReader, head: BlockRef, time: Date): Promise<BlockRef> {
  let low = await reader.earliest();
  let high = head;
  if (low.time >= time) return low;
  if (high.time < time) return high;
  while (high.number - low.number > 1) {
    const middle = await requireHeader(reader, Math.floor((low.number + high.number) / 2));
    if (middle.time < time) low = middle;
    else high = middle;
  }
  return low;
}

async function requireHeader(reader: ChainReader, number: number): Promise<BlockRef> {
  const header = await reader.header(number);
  if (header === null) throw new Error(`the node does not have block ${number}`);
  return header;
}
