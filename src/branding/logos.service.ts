import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager } from 'typeorm';
import { AuthService } from '../auth/auth.service.js';
import { type Merchant } from '../auth/merchant.entity.js';
import { Coalescer } from '../process/coalescer.js';
import { UnusableLogoError } from './logo-format.js';
import { logoOf } from './logo-drawing.js';
import { type Logo } from './logo-image.js';
import { LogoRefusedError } from './logo-refused.error.js';
import { MerchantLogo } from './merchant-logo.entity.js';

/** The logos of merchants, as pay pages show them. */
@Injectable()
export class LogosService {
  private readonly lookUps = new Coalescer((names: string[]) => this.withHashes(names));

  constructor(
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly merchants: AuthService,
  ) {}

  /**
   * @param bytes as they were sent: a PNG or JPEG
   * @throws LogoRefusedError
   */
  async draw(bytes: Buffer): Promise<Logo> {
    try {
      return await logoOf(bytes);
    } catch (error) {
      if (error instanceof UnusableLogoError) throw new LogoRefusedError(error.message);
      throw error;
    }
  }

  /** @throws MerchantNotFoundError */
  async set(merchantId: string, { png, width, height, backing }: Logo): Promise<Merchant> {
    const sha256 = createHash('sha256').update(png).digest('hex');
    await this.dataSource.transaction(async (manager) => {
      await this.merchants.noteLogo(manager, merchantId, { sha256, width, height, backing });
      await manager.upsert(MerchantLogo, { merchantId, sha256, png }, ['merchantId']);
    });
    return this.merchants.merchant(merchantId);
  }

  /** Browsers that have it already may show it on other pages; nobody gets it from here any more. @throws MerchantNotFoundError */
  async remove(merchantId: string): Promise<Merchant> {
    await this.dataSource.transaction(async (manager: EntityManager) => {
      await this.merchants.noteLogo(manager, merchantId, null);
      await manager.delete(MerchantLogo, { merchantId });
    });
    return this.merchants.merchant(merchantId);
  }

  /**
   * For callers in no transaction: those at the same time share a query.
   * @param sha256 anything
   */
  find(sha256: string): Promise<Buffer | null> {
    return /^[0-9a-f]{64}$/.test(sha256) ? this.lookUps.call(sha256) : Promise.resolve(null);
  }

  private async withHashes(hashes: string[]): Promise<(Buffer | null)[]> {
    // Many merchants may have the same one: it is read once.
    const found = await this.dataSource.query<{ sha256: string; png: Buffer }[]>(
      'SELECT DISTINCT ON (sha256) sha256, png FROM merchant_logos WHERE sha256 = ANY($1) ORDER BY sha256',
      [[...new Set(hashes)]],
    );
    const byHash = new Map(found.map(({ sha256, png }) => [sha256, png]));
    return hashes.map((hash) => byHash.get(hash) ?? null);
  }
}
