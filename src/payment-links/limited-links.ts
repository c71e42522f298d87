import { type EntityManager } from 'typeorm';

export interface PausedLink {
  id: string;
  merchant_id: string;
  title: string;
}

/**
 * Ends links that sell a limited number until their merchant enables them: after a restore nobody here knows what they
 * sold since the backup, and they would sell it twice.
 * @returns which
 */
export async function pauseLimitedLinks(manager: EntityManager): Promise<PausedLink[]> {
  const [paused] = await manager.query<[PausedLink[], number]>(
    `UPDATE payment_links SET is_active = false, version = version + 1
     WHERE is_active AND (once OR stock IS NOT NULL) AND (expires_at IS NULL OR expires_at > now())
     RETURNING id, merchant_id, title`,
  );
  return paused;
}
