import { type EntityManager } from 'typeorm';

/** What transactions for sweeps or refunds cost, gas that was sent for them and what brought it back included. */
export interface SubjectCosts {
  /** Wei, of those that are final. */
  paid: bigint;
  /** Of which subjects some are signed, and have not cost anything yet. */
  open: ReadonlySet<string>;
}

/** SQL: whether anything was signed for a sweep or refund. @param id SQL of its id */
export const isAnythingSignedFor = (id: string): string =>
  `EXISTS (SELECT FROM outgoing_transactions WHERE subject_id = ${id})`;

/** Whatever became of the subjects themselves. */
export async function subjectCosts(
  manager: EntityManager,
  subjectIds: readonly string[],
): Promise<SubjectCosts> {
  if (subjectIds.length === 0) return { paid: 0n, open: new Set() };
  const [row] = await manager.query<{ paid: string; open: string[] | null }[]>(
    `SELECT coalesce(sum(fee), 0) AS paid, array_agg(DISTINCT subject_id) FILTER (WHERE finished_at IS NULL) AS open
     FROM outgoing_transactions WHERE subject_id = ANY($1)`,
    [subjectIds],
  );
  return { paid: BigInt(row?.paid ?? 0), open: new Set(row?.open ?? []) };
}
