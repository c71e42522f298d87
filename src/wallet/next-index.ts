import { type EntityManager } from 'typeorm';
import { merchantForLostPayments } from '../auth/lost-payments.js';
import { type DepositScheme } from './deposit-scheme.js';
import { DerivationJump } from './derivation-jump.entity.js';
import { watchSkipped } from './skipped-addresses.js';

/** The index that the next payment gets, if nobody takes it first. Any client of Postgres will do. */
export const NEXT_INDEX =
  'SELECT (CASE WHEN is_called THEN last_value + 1 ELSE last_value END)::text AS next FROM derivation_index_seq';

/**
 * How far a jump goes past what is known to be used: for addresses given out since a backup and not paid yet. Fewer than
 * half a usual gap limit, so that a wallet scan without this database sees past it.
 */
export const USUAL_SKIP = 400;
/** Each address passed over is watched, and costs a row: 100 s of deriving for so many. */
const LONGEST_JUMP = 1_000_000;

export class JumpNotAheadError extends Error {
  constructor(to: number, next: number) {
    super(`index ${to} has been given out already: the next one is ${next}, and none is given twice`);
  }
}

export class JumpTooFarError extends Error {
  constructor(to: number, next: number) {
    super(
      `index ${to} is more than ${LONGEST_JUMP} beyond the next one, ${next}: a wallet scan would have to ask for each ` +
        'of them. Is the index right? If it is, go there in several jumps',
    );
  }
}

/** The addresses that a jump passes over are watched for money of payments that are lost. */
export interface JumpWatch {
  scheme: DepositScheme;
  /** Who is notified of it; null: the only merchant there is, or a new one, so that no merchant sees another's. */
  merchantId: string | null;
}

/** Every index given out so far is below this. */
export async function nextIndex(manager: EntityManager): Promise<number> {
  const [row] = await manager.query<{ next: string }[]>(NEXT_INDEX);
  return Number(row?.next);
}

/**
 * Lets the next payment have an index further on, keeps on record what was skipped, and has it watched.
 * @param to the first index that is given out again
 * @throws JumpNotAheadError; JumpTooFarError; MerchantNotFoundError
 */
export async function jumpTo(
  manager: EntityManager,
  to: number,
  reason: string,
  { scheme, merchantId }: JumpWatch,
): Promise<DerivationJump> {
  // Against another jump at the same time; who takes an index meanwhile only makes the gap smaller.
  await manager.query('LOCK TABLE derivation_jumps IN SHARE ROW EXCLUSIVE MODE');
  const next = await nextIndex(manager);
  if (to <= next) throw new JumpNotAheadError(to, next);
  if (to - next > LONGEST_JUMP) throw new JumpTooFarError(to, next);
  await manager.query(`SELECT setval('derivation_index_seq', $1, false)`, [to]);
  const owner = await merchantForLostPayments(manager, merchantId);
  const jump = await manager.save(
    manager.create(DerivationJump, { fromIndex: next, toIndex: to, reason, merchantId: owner }),
  );
  await watchSkipped(manager, scheme, jump);
  return jump;
}
