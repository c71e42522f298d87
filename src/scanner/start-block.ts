import { type BlockRef } from '../chain/blocks/block.js';
import { type ChainReader } from '../chain/reading/chain-reader.js';
import { RpcError } from '../chain/rpc/rpc-error.js';
import { type FirstHead } from './first-head.js';
import { firstThat } from './plan.js';
import { GROUP } from './read-blocks.js';

/** Clocks of block producers run ahead or behind ours by seconds; this is far more. */
const CLOCK_SKEW_MS = 10 * 60_000;
/** Deeper than any usual reorg of a chain's newest blocks. */
const ANCESTORS = 64;

/** `start_block` can be set once only, so that it is never passed over. */
export class StartBlockMissingError extends Error {
  readonly retryable = true;
}

export interface Start {
  /** `start_block` of chains.yaml. */
  configured: number | null;
  firstPaymentAt: Date | null;
  firstHead: FirstHead;
  /** Told where the endpoints have no blocks of the time of the first payment: the scan begins with the oldest there is. */
  onMissing: (oldest: BlockRef, wanted: Date) => void;
}

type Headers = Pick<ChainReader, 'keptHeader'>;

/**
 * The block after which a chain without a cursor is scanned: the one before the configured one, else the head; but never
 * above the chain's first payment, so that what was paid before the first scan is found as well.
 * @param heads of the endpoints, read before `firstPaymentAt`, so that a payment made in between is above them
 * @returns the block to set the cursor to
 * @throws HeadTooOldError, StartBlockMissingError, RpcError: it may be known later
 */
export async function startAfter(
  reader: Headers,
  heads: readonly BlockRef[],
  { configured, firstPaymentAt, firstHead, onMissing }: Start,
): Promise<BlockRef> {
  if (configured !== null) return configuredStart(reader, heads, configured);
  const head = firstHead.among(await linkedHeads(reader, heads));
  if (firstPaymentAt === null) return head;
  return lastBlockBefore(reader, head, new Date(firstPaymentAt.getTime() - CLOCK_SKEW_MS), onMissing);
}

/**
 * Those whose parent an endpoint has: a scan that began at a height which was made up, once, would wait there for the
 * chain to come to it.
 * @throws StartBlockMissingError: it may be there the next time
 */
async function linkedHeads(reader: Headers, heads: readonly BlockRef[]): Promise<BlockRef[]> {
  const areLinked = await Promise.all(heads.map((head) => isLinked(reader, head)));
  const linked = heads.filter((_head, index) => areLinked[index]);
  if (linked.length > 0) return linked;
  const numbers = heads.map(({ number }) => number).join(', ');
  throw new StartBlockMissingError(
    `no endpoint has the block before what is told as the newest (${numbers})`,
  );
}

async function isLinked(reader: Headers, { number, parentHash }: BlockRef): Promise<boolean> {
  if (number === 0) return true;
  try {
    return (await reader.keptHeader(number - 1))?.hash === parentHash;
  } catch (error) {
    // None says it now, and one may the next time.
    if (error instanceof RpcError) return false;
    throw error;
  }
}

async function configuredStart(
  reader: Headers,
  heads: readonly BlockRef[],
  configured: number,
): Promise<BlockRef> {
  const number = Math.max(0, configured - 1);
  const before = await reader.keptHeader(number);
  if (before !== null) return before;
  const highest = Math.max(...heads.map((head) => head.number));
  throw new StartBlockMissingError(
    number > highest
      ? `start_block is ${configured}, and the newest block is ${highest}: the scan begins when it is there`
      : `start_block is ${configured}, and no endpoint has block ${number}: add one that keeps old blocks, or begin later`,
  );
}

/** Downwards from the head by doubling steps: nodes need not have the blocks of years ago, and are not asked for them. */
async function lastBlockBefore(
  reader: Headers,
  head: BlockRef,
  time: Date,
  onMissing: Start['onMissing'],
): Promise<BlockRef> {
  const seen = new Map<number, BlockRef | null>([[0, head]]);
  const below = async (index: number): Promise<BlockRef | null> => {
    const known = seen.get(index);
    if (known !== undefined) return known;
    const header = await reader.keptHeader(head.number - index);
    seen.set(index, header);
    return header;
  };
  const isBefore = async (index: number) => {
    const header = await below(index);
    return header === null || header.time < time;
  };
  // The first block of a chain has nothing before it.
  const place = await firstThat(head.number, isBefore);
  const found = await below(place);
  if (found !== null) return found;
  const oldest = (await below(place - 1)) as BlockRef;
  onMissing(oldest, time);
  return oldest;
}

/**
 * The blocks below the first one of a scan, the lowest first, as far as the endpoints have them: by these a reorg of what
 * was the head then is followed, as any other is.
 */
export async function ancestorsOf(reader: Headers, block: BlockRef): Promise<BlockRef[]> {
  const ancestors: BlockRef[] = [];
  let child = block;
  while (ancestors.length < ANCESTORS && child.number > 0) {
    const length = Math.min(GROUP, ANCESTORS - ancestors.length, child.number);
    const { number } = child;
    const group = await Promise.all(
      Array.from({ length }, (_, index) => reader.keptHeader(number - 1 - index)),
    );
    for (const header of group) {
      if (header?.hash !== child.parentHash) return ancestors.reverse();
      ancestors.push(header);
      child = header;
    }
  }
  return ancestors.reverse();
}
