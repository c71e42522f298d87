import { type EntityManager, In } from 'typeorm';
import { type StoredAsset } from './accepted-assets.js';
import { Merchant } from './merchant.entity.js';

/* Questions about many merchants at once, each answered in the order of the ids. */

export async function merchantsOf(
  manager: EntityManager,
  ids: readonly string[],
): Promise<(Merchant | undefined)[]> {
  const found = await manager.findBy(Merchant, { id: In([...new Set(ids)]) });
  const byId = new Map(found.map((merchant) => [merchant.id, merchant]));
  return ids.map((id) => byId.get(id));
}

export async function tolerancesOf(manager: EntityManager, ids: string[]): Promise<number[]> {
  const rows = await manager.query<{ id: string; bps: number }[]>(
    'SELECT id, underpayment_tolerance_bps AS bps FROM merchants WHERE id = ANY($1)',
    [[...new Set(ids)]],
  );
  const byId = new Map(rows.map(({ id, bps }) => [id, bps]));
  return ids.map((id) => byId.get(id) ?? 0);
}

export async function acceptedBy(manager: EntityManager, ids: string[]): Promise<(StoredAsset[] | null)[]> {
  const rows = await manager.query<{ id: string; accepted: StoredAsset[] | null }[]>(
    'SELECT id, accepted_assets AS accepted FROM merchants WHERE id = ANY($1)',
    [[...new Set(ids)]],
  );
  const byId = new Map(rows.map(({ id, accepted }) => [id, accepted]));
  return ids.map((id) => byId.get(id) ?? null);
}
