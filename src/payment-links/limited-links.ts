import { type EntityManager } from 'typeorm';

/**
 * Ends links that sell a limited number until their merchant enables them: after a restore nobody here knows what they
 * sold since the backup, and they would sell it twice.
 * @returns how many
 */
export async function pauseLimitedLinks(manager: EntityManager): Promise<number> {
  const [, paused] = await manager.query<[unknown, number]>(
    `UPDATE payment_links SET is_active = false, version = version + 1
     WHERE is_active AND (once OR stock IS NOT NULL) AND (expires_at IS NULL OR expires_at > now())`,
  );
  return paused;
}
