import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, In, LessThan } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { Coalescer } from '../process/coalescer.js';
import { type StoredAsset } from './accepted-assets.js';
import { ApiKey } from './api-key.entity.js';
import {
  ApiKeyNotFoundError,
  MerchantNotFoundError,
  RevokedApiKeyError,
  UnknownApiKeyError,
} from './auth.errors.js';
import { isOperator } from './authenticated-key.js';
import { parseBrandColor, parseMerchantUrl, parseSupport, type StoredLogo } from './branding.js';
import { generateKey, hashKey, prefixOf } from './key-text.js';
import { Merchant } from './merchant.entity.js';
import { acceptedBy, merchantsOf, tolerancesOf } from './merchant-look-ups.js';
import { parseShopOrigin } from './shop-origins.js';
import { databaseClock } from '../database/database-clock.js';

/** How exact `last_used_at` is: a write with every request would cost more than the request. */
const LAST_USED_EXACT_TO_MS = 60_000;

export interface NewKey {
  /** Null: an operator's, which acts for the merchant that a request names. */
  merchantId: string | null;
  name: string;
  /** With `admin` it is an operator's. */
  scopes: string[];
}

/** What its operator says of a merchant. */
export type MerchantSettings = Omit<Merchant, 'id' | 'logo' | 'createdAt'>;

/** A key that was recognised, before it is known for whom it acts. */
export type KnownKey = Pick<ApiKey, 'id' | 'merchantId' | 'scopes' | 'isOperator'>;

export interface KeyFilter {
  merchantId?: string;
  isOperator?: boolean;
  after?: string;
}

/** Merchants and their API keys. */
@Injectable()
export class AuthService {
  private readonly lookUps = new Coalescer((hashes: Buffer[]) => this.findByHash(hashes));

  private readonly tolerances = new Coalescer((ids: string[]) => tolerancesOf(this.dataSource.manager, ids));

  private readonly merchants = new Coalescer((ids: string[]) => merchantsOf(this.dataSource.manager, ids));

  private readonly acceptances = new Coalescer((ids: string[]) => acceptedBy(this.dataSource.manager, ids));

  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /**
   * Looked up by hash, in an index: how long that takes says nothing about a key, so no constant-time comparison.
   * Nothing is remembered between requests, so that a revoked key ends at once; requests that come together share a
   * query.
   * @throws UnknownApiKeyError, RevokedApiKeyError
   */
  async authenticate(key: string): Promise<KnownKey> {
    const found = await this.lookUps.call(hashKey(key));
    if (!found) throw new UnknownApiKeyError();
    if (found.revokedAt !== null) throw new RevokedApiKeyError();
    await this.noteUse(found);
    return { id: found.id, merchantId: found.merchantId, scopes: found.scopes, isOperator: found.isOperator };
  }

  async createMerchant(
    manager: EntityManager,
    name: string,
    settings: Partial<MerchantSettings> = {},
  ): Promise<Merchant> {
    const merchant: Merchant = {
      id: uuidv7(),
      underpaymentToleranceBps: 0,
      acceptedAssets: null,
      shopOrigins: [],
      brandColor: null,
      support: null,
      termsUrl: null,
      logo: null,
      ...stored(settings),
      name,
      createdAt: databaseClock.now(),
    };
    await manager.insert(Merchant, merchant);
    return merchant;
  }

  /** Payments that exist keep the tolerance they were made with. @throws MerchantNotFoundError */
  async updateMerchant(id: string, changes: Partial<MerchantSettings>): Promise<Merchant> {
    const { manager } = this.dataSource;
    const given = stored(changes);
    if (Object.keys(given).length > 0) await manager.update(Merchant, { id }, given);
    return this.merchant(id);
  }

  /** What its pages are told of a logo that is kept, or no longer is. @throws MerchantNotFoundError */
  async noteLogo(manager: EntityManager, id: string, logo: StoredLogo | null): Promise<void> {
    const { affected } = await manager.update(Merchant, { id }, { logo });
    if (affected === 0) throw new MerchantNotFoundError(id);
  }

  /**
   * How much less than the amount due this merchant takes as enough, in basis points. For callers in no transaction:
   * those at the same time share a query.
   */
  toleranceOf(merchantId: string): Promise<number> {
    return this.tolerances.call(merchantId);
  }

  /**
   * What this merchant's priced payments may be paid in; null: everything that is enabled. For callers in no transaction:
   * those at the same time share a query.
   */
  acceptedBy(merchantId: string): Promise<StoredAsset[] | null> {
    return this.acceptances.call(merchantId);
  }

  /** Where the merchant's shop is: what its pay pages may lead back to. */
  async shopOriginsOf(merchantId: string): Promise<string[]> {
    const { manager } = this.dataSource;
    const found = await manager.findOne(Merchant, {
      select: { id: true, shopOrigins: true },
      where: { id: merchantId },
    });
    return found?.shopOrigins ?? [];
  }

  /** As `toleranceOf`, on the connection of the transaction that the caller is in. */
  async toleranceIn(manager: EntityManager, merchantId: string): Promise<number> {
    const [tolerance] = await tolerancesOf(manager, [merchantId]);
    return tolerance as number;
  }

  /**
   * For callers in no transaction: those at the same time share a query.
   * @throws MerchantNotFoundError
   */
  async merchant(id: string): Promise<Merchant> {
    const merchant = await this.merchants.call(id);
    if (!merchant) throw new MerchantNotFoundError(id);
    return merchant;
  }

  /** @throws ApiKeyNotFoundError */
  async key(id: string): Promise<ApiKey> {
    const key = await this.dataSource.manager.findOneBy(ApiKey, { id });
    if (!key) throw new ApiKeyNotFoundError(id);
    return key;
  }

  /** Oldest first. */
  listMerchants(limit: number, after?: string): Promise<Merchant[]> {
    return this.dataSource.manager
      .createQueryBuilder(Merchant, 'merchant')
      .where(after === undefined ? 'true' : 'merchant.id > :after', { after })
      .orderBy('merchant.id')
      .limit(limit)
      .getMany();
  }

  /**
   * The key itself is in the answer and nowhere else.
   * @param key given only where the installation itself chose it (the dev key)
   * @throws MerchantNotFoundError
   */
  async createKey(
    manager: EntityManager,
    input: NewKey,
    key = generateKey(isOperator(input)),
  ): Promise<{ row: ApiKey; key: string }> {
    const { merchantId } = input;
    if (merchantId !== null && !(await manager.existsBy(Merchant, { id: merchantId })))
      throw new MerchantNotFoundError(merchantId);
    const row: ApiKey = {
      ...input,
      isOperator: isOperator(input),
      id: uuidv7(),
      prefix: prefixOf(key),
      keyHash: hashKey(key),
      createdAt: databaseClock.now(),
      lastUsedAt: null,
      revokedAt: null,
    };
    await manager.insert(ApiKey, row);
    return { row, key };
  }

  /** Oldest first, revoked ones too. */
  listKeys(limit: number, filter: KeyFilter = {}): Promise<ApiKey[]> {
    const query = this.dataSource.manager.createQueryBuilder(ApiKey, 'key').orderBy('key.id').limit(limit);
    if (filter.merchantId !== undefined) query.andWhere('key.merchant_id = :merchantId', filter);
    if (filter.isOperator !== undefined) query.andWhere('key.is_operator = :isOperator', filter);
    if (filter.after !== undefined) query.andWhere('key.id > :after', filter);
    return query.getMany();
  }

  /** From the next request on the key is refused. Revoking it again changes nothing. @throws ApiKeyNotFoundError */
  async revokeKey(id: string): Promise<ApiKey> {
    await this.dataSource.query(
      'UPDATE api_keys SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL',
      [id],
    );
    return this.key(id);
  }

  private async findByHash(hashes: Buffer[]): Promise<(ApiKey | undefined)[]> {
    const distinct = [...new Map(hashes.map((hash) => [hash.toString('hex'), hash])).values()];
    const found = await this.dataSource.manager.findBy(ApiKey, { keyHash: In(distinct) });
    const byHash = new Map(found.map((key) => [key.keyHash.toString('hex'), key]));
    return hashes.map((hash) => byHash.get(hash.toString('hex')));
  }

  private async noteUse({ id, lastUsedAt }: ApiKey): Promise<void> {
    const now = databaseClock.now();
    const stale = new Date(now.getTime() - LAST_USED_EXACT_TO_MS);
    if (lastUsedAt !== null && lastUsedAt > stale) return;
    const unchanged = lastUsedAt === null ? { id } : { id, lastUsedAt: LessThan(stale) };
    await this.dataSource.manager.update(ApiKey, unchanged, { lastUsedAt: now });
  }
}

/** What was given of them, as it is kept; checked already. */
function stored({ shopOrigins, brandColor, support, termsUrl, ...given }: Partial<MerchantSettings>) {
  const settings: Partial<MerchantSettings> = {
    ...given,
    shopOrigins: shopOrigins && originsOf(shopOrigins),
    brandColor: brandColor && parseBrandColor(brandColor),
    support: support && parseSupport(support),
    termsUrl: termsUrl && parseMerchantUrl(termsUrl),
  };
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== undefined),
  ) as Partial<MerchantSettings>;
}

/** @param given checked already: as browsers write them, each once */
function originsOf(given: readonly string[]): string[] {
  return [...new Set(given.map(parseShopOrigin).filter((origin) => origin !== null))];
}
