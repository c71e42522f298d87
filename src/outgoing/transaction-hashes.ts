import { type EntityManager } from 'typeorm';

/** Hashes by the outgoing transactions' ids: of what was mined, else of the last bytes signed. */
export async function transactionHashes(
  manager: EntityManager,
  outgoingIds: readonly string[],
): Promise<Map<string, string>> {
  if (outgoingIds.length === 0) return new Map();
  const rows = await manager.query<{ id: string; tx_hash: string }[]>(
    `SELECT outgoing.id, coalesce(outgoing.tx_hash, attempt.tx_hash) AS tx_hash
     FROM outgoing_transactions outgoing CROSS JOIN LATERAL (
       SELECT tx_hash FROM outgoing_attempts WHERE outgoing_id = outgoing.id ORDER BY ordinal DESC LIMIT 1) attempt
     WHERE outgoing.id = ANY($1)`,
    [outgoingIds],
  );
  return new Map(rows.map((row) => [row.id, row.tx_hash]));
}
