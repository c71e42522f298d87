import { Injectable } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { WebhookEndpoint } from '../endpoints/webhook-endpoint.entity.js';
import { Merchant } from '../../auth/merchant.entity.js';

/** A merchant's endpoints, and the built-in one that every merchant has. */
@Injectable()
export class EndpointsRepository {
  constructor(@InjectDataSource() private readonly dataSource: DataSource) {}

  /** Oldest first, so that the built-in one comes before all. */
  list(merchantId: string, limit: number, after?: string): Promise<WebhookEndpoint[]> {
    const query = this.theirs(this.dataSource.manager, merchantId).orderBy('endpoint.id').limit(limit);
    if (after !== undefined) query.andWhere('endpoint.id > :after', { after });
    return query.getMany();
  }

  /** Null when there is none, when it is another merchant's, or deleted. */
  find(merchantId: string, id: string, manager = this.dataSource.manager): Promise<WebhookEndpoint | null> {
    return this.theirs(manager, merchantId).andWhere('endpoint.id = :id', { id }).getOne();
  }

  /** As `find`, locked until the transaction ends. */
  findForUpdate(manager: EntityManager, merchantId: string, id: string): Promise<WebhookEndpoint | null> {
    return this.theirs(manager, merchantId)
      .andWhere('endpoint.id = :id', { id })
      .setLock('for_no_key_update')
      .getOne();
  }

  /** How many a merchant has of its own; nobody adds one to it until the transaction ends. */
  async countForUpdate(manager: EntityManager, merchantId: string): Promise<number> {
    // Foreign keys to the merchant are still checked meanwhile, so that its payments do not wait.
    await manager.findOne(Merchant, { where: { id: merchantId }, lock: { mode: 'for_no_key_update' } });
    return manager.countBy(WebhookEndpoint, { merchantId, deletedAt: IsNull() });
  }

  /** For its public keys, which are for everybody. */
  findPublic(id: string): Promise<WebhookEndpoint | null> {
    return this.dataSource.manager
      .createQueryBuilder(WebhookEndpoint, 'endpoint')
      .where('endpoint.id = :id AND endpoint.deleted_at IS NULL', { id })
      .getOne();
  }

  private theirs(manager: EntityManager, merchantId: string) {
    return manager
      .createQueryBuilder(WebhookEndpoint, 'endpoint')
      .where('(endpoint.merchant_id = :merchantId OR endpoint.merchant_id IS NULL)', { merchantId })
      .andWhere('endpoint.deleted_at IS NULL');
  }
}
