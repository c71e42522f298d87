import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { SETTINGS } from '../config/configuration.module.js';
import { parseEncryptionKeys } from '../config/secrets.js';
import { type Settings } from '../config/settings.js';
import { EncryptionCanary } from './encryption-canary.entity.js';
import { Sealer, type SealedText } from './sealing.js';

export class WrongEncryptionKeyError extends Error {
  constructor(keyId: string, isGiven: boolean) {
    super(
      isGiven
        ? `ENCRYPTION_KEY has another key under the id "${keyId}" than the one that sealed this database's secrets; ` +
            'give back the key that was used before (with a restored database, the one of its time)'
        : `this database's secrets need the key with the id "${keyId}", which ENCRYPTION_KEY does not hold; put it ` +
            'behind the current one: new:<base64>,' +
            `${keyId}:<base64>. It may go once no endpoint has a secret under it: rotate them`,
    );
  }
}

const CANARY = 'quittance';

/** A key that does not open this database's secrets stops the start, rather than each webhook later on. */
@Injectable()
export class EncryptionCheck implements OnModuleInit {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly sealer: Sealer,
  ) {}

  /** @throws WrongEncryptionKeyError */
  async onModuleInit(): Promise<void> {
    if (this.settings.encryptionKey === null) return;
    const replaced = await this.verify();
    for (const keyId of replaced) await this.dataSource.manager.delete(EncryptionCanary, { keyId });
    const sealed = this.sealer.seal(CANARY);
    await this.dataSource.manager
      .createQueryBuilder()
      .insert()
      .into(EncryptionCanary)
      .values({ keyId: sealed.key_id, sealed })
      .orIgnore()
      .execute();
  }

  /**
   * Reads alone.
   * @returns the ids of keys that others took the place of, under which nothing is sealed any more
   * @throws WrongEncryptionKeyError
   */
  async verify(): Promise<string[]> {
    const given = new Set(parseEncryptionKeys(this.settings.encryptionKey ?? '').map(({ id }) => id));
    for (const sealed of await this.secrets()) this.requireOpened(sealed, given);
    const canaries = await this.dataSource.manager.find(EncryptionCanary);
    const isRotated = canaries.some(({ keyId }) => given.has(keyId));
    const kept = canaries.filter(({ keyId }) => given.has(keyId) || !isRotated);
    for (const { sealed } of kept) this.requireOpened(sealed, given);
    return canaries.filter((canary) => !kept.includes(canary)).map(({ keyId }) => keyId);
  }

  private requireOpened(sealed: SealedText, given: ReadonlySet<string>): void {
    const isGiven = given.has(sealed.key_id);
    if (!isGiven || !this.opens(sealed)) throw new WrongEncryptionKeyError(sealed.key_id, isGiven);
  }

  /** One secret of those under each key. One that is past its overlap signs nothing any more, and is left in its row. */
  private async secrets(): Promise<SealedText[]> {
    const rows = await this.dataSource.query<{ sealed: SealedText }[]>(
      `SELECT DISTINCT ON (sealed ->> 'key_id') sealed
       FROM webhook_endpoints, jsonb_array_elements(secrets) AS sealed
       WHERE deleted_at IS NULL AND coalesce((sealed ->> 'expires_at')::timestamptz > now(), true)`,
    );
    return rows.map(({ sealed }) => sealed);
  }

  private opens(sealed: SealedText): boolean {
    try {
      this.sealer.open(sealed);
      return true;
    } catch {
      return false;
    }
  }
}
