import { NestFactory } from '@nestjs/core';
import { describe, expect, it } from '@jest/globals';
import { EventCatalogue } from '../../events/event-catalogue.js';
import { EventHandlersModule } from './event-handlers.module.js';
import { RefundCancelledHandler } from './refund-cancelled.handler.js';

describe('refund.cancelled', () => {
  it('carries the payment, and what is added to it', () => {
    const handler = new RefundCancelledHandler();
    const data = handler.data({ payment: handler.example, extra: { note: 'added' } });
    expect(data).toEqual({ ...handler.example, note: 'added' });
  });

  it('is in the catalogue, as a webhook that its schema allows', async () => {
    const app = await NestFactory.createApplicationContext(EventHandlersModule, { logger: false });
    const listed = app.get(EventCatalogue).describe();
    await app.close();
    const { example } = new RefundCancelledHandler();
    expect(listed.find(({ type }) => type === 'refund.cancelled')).toMatchObject({
      description: expect.stringMatching(/^[A-Z].+\.$/),
      example: { type: 'refund.cancelled', payment_id: example.id, data: example },
    });
  });
});
