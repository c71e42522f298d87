import { type DataSource } from 'typeorm';
import { ApiKey } from '../auth/api-key.entity.js';
import { type AuthService } from '../auth/auth.service.js';
import { SCOPES } from '../auth/authenticated-key.js';
import { hashKey } from '../auth/key-text.js';
import { holdUntilCommit } from '../database/transaction-lock.js';

/** Sees to it that the dev key is in the database, with a merchant of its own and every scope. */
export async function ensureDevKey(dataSource: DataSource, auth: AuthService, key: string): Promise<void> {
  await dataSource.transaction(async (manager) => {
    await holdUntilCommit(manager, 'quittance dev key');
    if (await manager.existsBy(ApiKey, { keyHash: hashKey(key) })) return;
    const merchant = await auth.createMerchant(manager, 'dev');
    await auth.createKey(manager, { merchantId: merchant.id, name: 'dev', scopes: [...SCOPES] }, key);
  });
}
