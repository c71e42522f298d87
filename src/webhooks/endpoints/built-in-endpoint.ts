import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { InjectDataSource } from '@nestjs/typeorm';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { SETTINGS } from '../../config/configuration.module.js';
import { type Settings } from '../../config/settings.js';
import { EventCatalogue } from '../../events/event-catalogue.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';
import { databaseClock } from '../../database/database-clock.js';

/** The same in every installation: there is one. */
export const BUILT_IN_ENDPOINT_ID = '00000000-0000-7000-8000-000000000001';

/**
 * Keeps the endpoint that WEBHOOK_URL stands for, which every merchant has, in step with the settings. The URL is the
 * operator's secret (hooks of chat services are known by their path alone), so no more than its origin is stored.
 */
@Injectable()
export class BuiltInEndpoint implements OnModuleInit {
  private readonly logger = new Logger(BuiltInEndpoint.name);

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    @InjectDataSource() private readonly dataSource: DataSource,
    private readonly catalogue: EventCatalogue,
  ) {}

  /** @throws UnknownEventTypeError: a type that is misspelt would never be sent, and nobody would say so */
  async onModuleInit(): Promise<void> {
    const { webhookUrl, webhookSecret, webhookEvents } = this.settings;
    // Before anything is written: processes that run go by the row, too.
    if (webhookUrl !== null) this.catalogue.requireTypes('WEBHOOK_EVENTS', webhookEvents);
    const { manager } = this.dataSource;
    if (webhookUrl === null) return this.leaveOrEnd(manager);
    if (webhookSecret === null) {
      this.logger.warn('WEBHOOK_SECRET is not set: webhooks are sent unsigned, and anyone could forge them');
    }
    const health = { state: 'enabled', reason: null, disabledAt: null, failingSince: null } as const;
    const row = { url: new URL(webhookUrl).origin, eventTypes: webhookEvents, deletedAt: null, ...health };
    await manager.upsert(WebhookEndpoint, { ...row, id: BUILT_IN_ENDPOINT_ID, merchantId: null }, ['id']);
  }

  /**
   * One process without WEBHOOK_URL does not decide for those that have it: what happens is kept, and goes once it is
   * set. In development one process is all there is.
   */
  private async leaveOrEnd(manager: EntityManager): Promise<void> {
    if (this.settings.isWebhookEnded || this.settings.nodeEnv !== 'production') {
      // What waits for it is kept, and goes when it is set again. Nothing new is written for it meanwhile.
      await manager.update(WebhookEndpoint, { id: BUILT_IN_ENDPOINT_ID }, { deletedAt: databaseClock.now() });
      return;
    }
    if (await manager.existsBy(WebhookEndpoint, { id: BUILT_IN_ENDPOINT_ID, deletedAt: IsNull() }))
      this.logger.warn(
        'WEBHOOK_URL is not set in this process, and was in another: webhooks are kept for it, and none of them is sent ' +
          'by this one. Give every process the same; WEBHOOK_URL=none ends it',
      );
  }
}
