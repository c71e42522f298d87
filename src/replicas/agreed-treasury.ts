import { type EntityManager } from 'typeorm';
import { type ChainId } from '../ids/ids.js';
import { NOTHING_SWEPT, treasurySetting } from './compared-settings.js';

/** Longer without a word than this, and a process does not run any more. Three times the pause between two words. */
export const GONE_AFTER_SECONDS = 35;

/**
 * SQL: whether a row is of a process that runs now. One that was seen long from now is of before the database's clock was
 * set back: whoever still runs says so again within seconds. @param secs which parameter is `GONE_AFTER_SECONDS`
 */
export const RUNS_NOW = (secs: `$${number}`): string =>
  `seen_at > now() - make_interval(secs => ${secs}) AND seen_at < now() + make_interval(secs => ${secs})`;

export interface OtherTreasury {
  /** With its checksum. */
  treasury: string;
  process: string;
}

/**
 * Another process that would sweep the same chain elsewhere, running now.
 * @param treasury with its checksum
 * @returns null: all that run agree
 */
export async function otherTreasury(
  manager: EntityManager,
  chainId: ChainId,
  treasury: string,
): Promise<OtherTreasury | null> {
  const [other] = await manager.query<OtherTreasury[]>(
    `SELECT settings ->> $1 AS treasury, name AS process FROM running_processes
     WHERE ${RUNS_NOW('$2')} AND settings ->> $1 NOT IN ($3, $4)
     ORDER BY started_at DESC LIMIT 1`,
    [treasurySetting(chainId), GONE_AFTER_SECONDS, treasury, NOTHING_SWEPT],
  );
  return other ?? null;
}
