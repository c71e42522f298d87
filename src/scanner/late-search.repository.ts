import { type EntityManager } from 'typeorm';
import { type BlockRef } from '../chain/blocks/block.js';
import { justBefore } from '../chain/position/scanned-positions.js';
import { type ChainConfig } from '../config/chains.js';
import { LateSearch } from './late-search.entity.js';
import { type ChainId } from '../ids/ids.js';

/** Longest wait between two tries of a block. */
const LONGEST_WAIT_SECONDS = 30;

/** A block that is to be looked at again. */
export interface LateBlock {
  block: BlockRef;
  reason: string;
  /** Whether more may be missing of it than internal transfers. */
  isInDoubt: boolean;
}

/** Remembers blocks that are to be searched later, in the transaction that commits them. */
export async function keepForLater(
  manager: EntityManager,
  chainId: ChainId,
  late: readonly LateBlock[],
): Promise<void> {
  if (late.length === 0) return;
  const blocks = late.map(({ block }) => block);
  await manager.query(
    `INSERT INTO late_searches (chain_id, block_number, block_hash, block_time, reason, failed_searches)
     SELECT $1, number, hash, time, reason, failed
     FROM unnest($2::bigint[], $3::varchar[], $4::timestamptz[], $5::text[], $6::integer[])
       AS block (number, hash, time, reason, failed)
     ON CONFLICT (chain_id, block_number) DO UPDATE SET block_hash = EXCLUDED.block_hash,
       block_time = EXCLUDED.block_time, reason = EXCLUDED.reason, since = now(), due_at = now(), tries = 0,
       failed_searches = EXCLUDED.failed_searches, is_given_up = false`,
    [
      chainId,
      blocks.map(({ number }) => number),
      blocks.map(({ hash }) => hash),
      blocks.map(({ time }) => time),
      late.map(({ reason }) => reason),
      late.map(({ isInDoubt }) => (isInDoubt ? null : 0)),
    ],
  );
}

/** Blocks above this one are no longer part of the chain. */
export async function forgetAbove(manager: EntityManager, chainId: ChainId, number: number): Promise<void> {
  await manager.query('DELETE FROM late_searches WHERE chain_id = $1 AND block_number > $2', [
    chainId,
    number,
  ]);
}

/** These blocks have been searched by now. @returns whether any of them was waiting */
export async function searched(
  manager: EntityManager,
  chainId: ChainId,
  hashes: readonly string[],
): Promise<boolean> {
  const [rows] = await manager.query<[unknown[], number]>(
    'DELETE FROM late_searches WHERE chain_id = $1 AND block_hash = ANY($2) RETURNING block_number',
    [chainId, hashes],
  );
  return rows.length > 0;
}

/**
 * Everything but internal transfers is recorded of this block now: from here on they alone are waited for.
 * @returns whether it was waiting
 */
export async function plainlyRead(manager: EntityManager, chainId: ChainId, hash: string): Promise<boolean> {
  const [rows] = await manager.query<[unknown[], number]>(
    `UPDATE late_searches SET failed_searches = 0, since = now()
     WHERE chain_id = $1 AND block_hash = $2 AND failed_searches IS NULL RETURNING block_number`,
    [chainId, hash],
  );
  return rows.length > 0;
}

/** Blocks that are to be tried now, those first that have been due for longest: none waits behind others that never end. */
export function dueSearches(manager: EntityManager, chainId: ChainId, limit: number): Promise<LateSearch[]> {
  return manager
    .createQueryBuilder(LateSearch, 'search')
    .where('search.chainId = :chainId AND NOT search.isGivenUp AND search.dueAt <= now()', { chainId })
    .orderBy('search.dueAt')
    .addOrderBy('search.blockNumber')
    .limit(limit)
    .getMany();
}

/** The time of the first block that is yet to be searched; null: there is none. */
async function waitsSince(manager: EntityManager, chainId: ChainId): Promise<Date | null> {
  const [row] = await manager.query<{ first: Date | null }[]>(
    'SELECT min(block_time) AS first FROM late_searches WHERE chain_id = $1 AND NOT is_given_up',
    [chainId],
  );
  return row?.first ?? null;
}

/**
 * Up to when everything has been looked for. Nothing may expire by a later time, nor fail while blocks above are scanned.
 * @param time of the last block that nothing contradicts
 */
export async function knownUntil(
  manager: EntityManager,
  { chainId }: Pick<ChainConfig, 'chainId'>,
  time: Date,
): Promise<Date> {
  const first = await waitsSince(manager, chainId);
  return first !== null && first <= time ? justBefore(first) : time;
}

/**
 * Puts a block off, for twice as long each time.
 * @param of what failed: reading it, or only the search for internal transfers; while it cannot be read, the time in
 * which that has to succeed stands still, as it does while nobody tries
 */
export async function putOff(
  manager: EntityManager,
  { chainId, blockNumber, blockHash }: LateSearch,
  of: 'reading' | 'search',
  reason: string,
  isGivenUp = false,
): Promise<void> {
  await manager.query(
    `UPDATE late_searches SET tries = tries + 1, reason = $4, is_given_up = $5, due_at = now() + pause,
       since = since + GREATEST(interval '0', now() - GREATEST(due_at, since))
         + CASE WHEN $7 THEN interval '0' ELSE pause END,
       failed_searches = failed_searches + CASE WHEN $7 THEN 1 ELSE 0 END
     FROM (SELECT make_interval(secs => LEAST($6, 2 ^ LEAST(tries, 10))) AS pause FROM late_searches
           WHERE chain_id = $1 AND block_number = $2) AS wait
     WHERE chain_id = $1 AND block_number = $2 AND block_hash = $3`,
    [chainId, blockNumber, blockHash, reason, isGivenUp, LONGEST_WAIT_SECONDS, of === 'search'],
  );
}
