import { type EntityManager } from 'typeorm';
import { DerivationJump } from './derivation-jump.entity.js';

/** The index that the next payment gets, if nobody takes it first. Any client of Postgres will do. */
export const NEXT_INDEX =
  'SELECT (CASE WHEN is_called THEN last_value + 1 ELSE last_value END)::text AS next FROM derivation_index_seq';

export class JumpNotAheadError extends Error {
  constructor(to: number, next: number) {
    super(`index ${to} has been given out already: the next one is ${next}, and none is given twice`);
  }
}

/**
 * Lets the next payment have an index further on, and keeps on record what was skipped.
 * @param to the first index that is given out again
 * @throws JumpNotAheadError
 */
export async function jumpTo(manager: EntityManager, to: number, reason: string): Promise<DerivationJump> {
  // Against another jump at the same time; who takes an index meanwhile only makes the gap smaller.
  await manager.query('LOCK TABLE derivation_jumps IN SHARE ROW EXCLUSIVE MODE');
  const [row] = await manager.query<{ next: string }[]>(NEXT_INDEX);
  const next = Number(row?.next);
  if (to <= next) throw new JumpNotAheadError(to, next);
  await manager.query(`SELECT setval('derivation_index_seq', $1, false)`, [to]);
  const jump = manager.create(DerivationJump, { fromIndex: next, toIndex: to, reason });
  return manager.save(jump);
}
