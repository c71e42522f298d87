import { type EntityManager } from 'typeorm';
import { type Chain } from '../chain/chain.js';
import { type ChainCursor } from '../chain/position/chain-cursor.entity.js';
import { type CursorRepository } from '../chain/position/cursor.repository.js';
import { justBefore } from '../chain/position/scanned-positions.js';
import { type ChainId } from '../ids/ids.js';

/** A block we have scanned, and its time by the chain's clock. */
export interface ScannedBlock {
  number: number;
  hash: string;
  time: Date;
}

/** Where all that we remember is disputed. No transfer is that deep, and no payment that old. */
const NONE = { number: -1, time: new Date(0) };

/**
 * The lowest block that may be on a losing fork; null where all agree, we included: endpoints may have left the branch
 * that we scanned, also while they were being compared, before the reorg has been followed. A single endpoint has none
 * to be compared with.
 * @param read blocks that we have and that may not be committed yet, in order; those that are committed are looked up
 * @throws RpcError
 */
export async function disputedFrom(
  manager: EntityManager,
  cursors: CursorRepository,
  chain: Chain,
  read: readonly ScannedBlock[] = [],
): Promise<number | null> {
  if (chain.rpcUrls.length < 2) return null;
  const from = await chain.disputedAmongEndpoints();
  const below = from ?? Number.MAX_SAFE_INTEGER;
  const ours =
    read.findLast(({ number }) => number < below) ??
    (await cursors.highestBelow(manager, chain.chainId, below));
  const theirs = ours && (await chain.reader.header(ours.number));
  return ours !== null && theirs?.hash === ours.hash ? from : 0;
}

/**
 * The block by which payments may be confirmed and expired: the last one scanned, or the last one below what is
 * disputed. Which endpoint is on the losing fork is not known, so neither depth nor time counts there; what was paid
 * there is recorded all the same. Its time is then before that of the block, which says that more is not sure.
 * @param disputed as `disputedFrom` found it
 */
export async function agreedBlock(
  manager: EntityManager,
  cursors: CursorRepository,
  chainId: ChainId,
  scanned: ScannedBlock,
  disputed: number | null,
): Promise<{ number: number; time: Date }> {
  if (disputed === null || disputed > scanned.number) return scanned;
  const below = await cursors.highestBelow(manager, chainId, disputed);
  return below === null ? NONE : { number: below.number, time: justBefore(below.time) };
}

export function scannedBy(cursor: ChainCursor): ScannedBlock {
  return { number: cursor.blockNumber, hash: cursor.blockHash, time: cursor.blockTime };
}
