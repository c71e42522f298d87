import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { EventCatalogueModule } from '../catalogue/event-catalogue.module.js';
import { EventCatalogue } from '../catalogue/event-catalogue.js';
import { RefundFailedHandler } from './refund-failed.handler.js';

describe('refund.failed', () => {
  it('carries the payment, and what is added to it', () => {
    const handler = new RefundFailedHandler();
    const data = handler.data({ payment: handler.example, extra: { note: 'added' } });
    expect(data).toEqual({ ...handler.example, note: 'added' });
  });

  it('is in the catalogue, as a webhook that its schema allows', async () => {
    const app = await NestFactory.createApplicationContext(EventCatalogueModule, { logger: false });
    const listed = app.get(EventCatalogue).describe();
    await app.close();
    const { example } = new RefundFailedHandler();
    expect(listed.find(({ type }) => type === 'refund.failed')).toMatchObject({
      description: expect.stringMatching(/^[A-Z].+\.$/),
      example: { type: 'refund.failed', payment_id: example.id, data: example },
    });
  });
});
