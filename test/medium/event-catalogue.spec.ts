import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type INestApplicationContext, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DepositEventType } from '../../src/payments/counting.js';
import { type PaymentEventType } from '../../src/payments/lifecycle.js';
import { EventCatalogue } from '../../src/events/event-catalogue.js';
import { EventHandler } from '../../src/events/event-handler.js';
import { EventHandlersModule } from '../../src/webhooks/handlers/event-handlers.module.js';
import { EXAMPLE_DEPOSIT } from '../../src/webhooks/handlers/example-deposit.js';
import { EXAMPLE } from '../../src/webhooks/handlers/example-payment.js';

/** Complete, or it does not compile. */
const LIFECYCLE: Record<PaymentEventType | DepositEventType, true> = {
  'payment.created': true,
  'payment.partially_paid': true,
  'payment.detected': true,
  'payment.confirmed': true,
  'payment.settled': true,
  'payment.expired': true,
  'payment.reorged': true,
  'payment.failed': true,
  'payment.overpaid': true,
  'payment.cancelled': true,
  'payment.updated': true,
  'deposit.unassigned': true,
  'deposit.accepted': true,
  'deposit.ignored': true,
  'deposit.reorged': true,
  'deposit.counted': true,
};
const AT = new Date('2026-11-23T10:00:00.000Z');

const start = (module: Type) =>
  NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });

let app: INestApplicationContext;
let catalogue: EventCatalogue;

beforeAll(async () => {
  app = await start(EventHandlersModule);
  catalogue = app.get(EventCatalogue);
});
afterAll(() => app.close());

describe('EventCatalogue', () => {
  it('has a handler for every event of a payment’s life, and of a deposit’s', () => {
    const types = catalogue.describe().map(({ type }) => type);
    expect(types).toEqual(expect.arrayContaining(Object.keys(LIFECYCLE)));
  });

  it('composes the flat fields that consumers rely on, then the payment, in this order', () => {
    const payment = { ...EXAMPLE.confirmed, metadata: { größe: '1/2 €' } };
    const { id, type, body } = catalogue.compose('payment.confirmed', { payment }, AT);
    expect(id).toMatch(/^evt_[0-9a-f]{8}-[0-9a-f]{4}-7/);
    expect(type).toBe('payment.confirmed');
    expect(body).toBe(
      '{"type":"payment.confirmed","timestamp":"2026-11-23T10:00:00.000Z",' +
        `"payment_id":"${payment.id}","status":"confirmed","address":"${payment.address}",` +
        `"amount":"1000000000000000000","chain":"ethereum","token_id":null,"api_version":"v1","data":${JSON.stringify(payment)}}`,
    );
  });

  it('gives ids that sort by the time of writing', () => {
    const ids = Array.from({ length: 100 }, () => {
      return catalogue.compose('payment.created', { payment: EXAMPLE.created }, AT).id;
    });
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('describes each type with an example that tells one story', () => {
    for (const { type, description, example } of catalogue.describe()) {
      expect(description).toMatch(/^[A-Z].+\.$/);
      if (type.startsWith('deposit.')) continue;
      const data = example.data as typeof EXAMPLE.confirmed;
      expect(example).toMatchObject({ type, payment_id: data.id, status: data.status, amount: data.amount });
      const sum = data.transfers.reduce((total, { amount }) => total + BigInt(amount), 0n);
      expect(sum.toString()).toBe(data.amount_received);
    }
  });

  it('tells of a deposit beside the payment whose address received it', () => {
    for (const { type, example } of catalogue
      .describe()
      .filter(({ type: one }) => one.startsWith('deposit.'))) {
      const data = example.data as typeof EXAMPLE_DEPOSIT.unassigned;
      expect(example).toMatchObject({ type, payment_id: data.payment_id, address: data.to });
      expect(data.reason === null).toBe(data.reason_text === null);
    }
  });

  it('describes each type with a schema that its example matches, and that names every field of it', () => {
    for (const { schema, example } of catalogue.describe()) {
      const isValid = new Ajv({ strict: true }).compile(schema);
      expect({ example, isValid: isValid(example), errors: isValid.errors }).toMatchObject({ isValid: true });
      const { data, ...flat } = (schema as { properties: Record<string, { properties: object }> }).properties;
      expect(Object.keys(flat)).toEqual(Object.keys(example).filter((key) => key !== 'data'));
      expect(Object.keys(data!.properties)).toEqual(Object.keys(example.data as object));
    }
  });

  it('writes no event whose body does not match its schema', () => {
    const broken = { ...EXAMPLE.confirmed, amount: 1e18 as unknown as string };
    expect(() => catalogue.compose('payment.confirmed', { payment: broken }, AT)).toThrow(
      /the body of payment.confirmed does not match its schema \(data\/amount must be string/,
    );
    const incomplete = { ...EXAMPLE.confirmed, version: undefined };
    expect(() => catalogue.compose('payment.confirmed', { payment: incomplete }, AT)).toThrow(
      /must have required property 'version'/,
    );
  });

  it('refuses a type that has no handler, and one that has two', async () => {
    expect(() => catalogue.compose('payment.lost', { payment: EXAMPLE.created }, AT)).toThrow(
      "no class is marked @EventHandler('payment.lost')",
    );
    @EventHandler('payment.created')
    class Second {}
    @Module({ imports: [EventHandlersModule], providers: [Second] })
    class Twice {}
    await expect(start(Twice)).rejects.toThrow("two classes are marked @EventHandler('payment.created')");
  });

  it('refuses to start with a handler whose schema is none', async () => {
    @EventHandler('payment.broken')
    class Broken {
      readonly dataSchema = { type: 'objekt' };
    }
    @Module({ imports: [EventHandlersModule], providers: [Broken] })
    class WithBroken {}
    await expect(start(WithBroken)).rejects.toThrow('schema is invalid');
  });

  it('is what docs/webhooks.md lists', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/webhooks.md'), 'utf8');
    const listed = [...page.matchAll(/^\| `((?:payment|deposit)\.[a-z_]+)` +\| (.+?) +\|$/gm)];
    const described = catalogue.describe().map(({ type, description }) => [type, description]);
    const documented = Object.fromEntries(listed.map(([, type, text]) => [type, text])) as object;
    expect(Object.fromEntries(described)).toMatchObject(documented);
    expect(Object.keys(documented)).toEqual(expect.arrayContaining(Object.keys(LIFECYCLE)));
  });
});
