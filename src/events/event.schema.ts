import { API_VERSION } from './api-version.js';

/** As much of JSON Schema (draft 2020-12 and 7 alike) as bodies of events need. */
export type JsonSchema = Record<string, unknown>;

export const UUID = { type: 'string', pattern: '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' };
export const AMOUNT = { type: 'string', pattern: '^[0-9]{1,78}$', description: 'In base units' };
export const ADDRESS = { type: 'string', pattern: '^0x[0-9a-fA-F]{40}$', description: 'EIP-55' };
export const TIME = {
  type: 'string',
  pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}[.][0-9]{3}Z$',
  description: 'ISO 8601, UTC',
};
export const COUNT = { type: 'integer', minimum: 0 };
export const TEXT = { type: 'string' };
export const orNull = (schema: JsonSchema) => ({ anyOf: [schema, { type: 'null' }] });

export const TX_HASH = { type: 'string', pattern: '^0x[0-9a-f]{64}$' };
export const KIND = { enum: ['native', 'erc20', 'internal'] };

/** `state`, as `status` was called before: it goes with version 0.3. */
export const olderStatus = (status: JsonSchema) => ({ ...status, deprecated: true });

/** Of a payment. */
export const STATUS = {
  enum: ['pending', 'partially_paid', 'detected', 'confirmed', 'settled', 'expired', 'failed', 'cancelled'],
};

/** A webhook's whole body. @param type null: of any */
export function eventSchema(type: string | null, data: JsonSchema): JsonSchema {
  const schema = object({
    type: type === null ? TEXT : { const: type },
    timestamp: TIME,
    payment_id: UUID,
    status: STATUS,
    address: ADDRESS,
    amount: AMOUNT,
    chain: TEXT,
    token_id: orNull(UUID),
    data,
  });
  // Not there in events that were written before there was such a field.
  return { ...schema, properties: { ...schema.properties, api_version: { enum: [API_VERSION] } } };
}

/** All of the properties are there. More may come with a later version, and do no harm. */
export function object(properties: Record<string, JsonSchema>) {
  return { type: 'object', required: Object.keys(properties), properties };
}
