import { type EntityManager } from 'typeorm';
import { type Address } from '../ids/ids.js';

/**
 * Holds payments until the transaction ends: whoever changes one, or anything that belongs to one (its options, deposits
 * and refunds), holds it first, and is alone with all of it then. All at once and in one order everywhere, so that two
 * transactions never wait for each other (docs/architecture.md, “One order of locks”); and not so that new transfers and
 * events, which refer to it, would have to wait.
 */
export async function holdPayments(manager: EntityManager, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await manager.query('SELECT id FROM payments WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
}

/** As `holdPayments`, with those whose addresses these are, in lower case. @returns the ids of the latter */
export async function holdPaymentsAnd(
  manager: EntityManager,
  ids: readonly string[],
  addresses: readonly Address[],
): Promise<string[]> {
  if (ids.length === 0 && addresses.length === 0) return [];
  const rows = await manager.query<{ id: string; is_there: boolean }[]>(
    `SELECT id, address = ANY($2) AS is_there FROM payments WHERE id = ANY($1) OR address = ANY($2)
     ORDER BY id FOR NO KEY UPDATE`,
    [ids, addresses],
  );
  return rows.filter((row) => row.is_there).map(({ id }) => id);
}
