import { describe, expect, it } from '@jest/globals';
import { asJsonSchema } from './json-schema.js';

describe('asJsonSchema', () => {
  it('has null among the types of what may be null', () => {
    expect(asJsonSchema({ type: 'string', nullable: true })).toEqual({ type: ['string', 'null'] });
    expect(asJsonSchema({ type: 'string', enum: ['a'], nullable: true })).toEqual({
      type: ['string', 'null'],
      enum: ['a', null],
    });
    const given = { description: 'd', nullable: true, allOf: [{ $ref: '#/a' }] };
    expect(asJsonSchema({ properties: { one: given } })).toEqual({
      properties: { one: { description: 'd', anyOf: [{ $ref: '#/a' }, { type: 'null' }] } },
    });
    expect(asJsonSchema({ type: 'string', nullable: false })).toEqual({ type: 'string' });
  });

  it('says defaults of requests in words, and leaves those of answers and all examples alone', () => {
    const schema = { properties: { limit: { type: 'number', default: 30, description: 'Minutes' } } };
    expect(asJsonSchema(schema, true)).toEqual({
      properties: { limit: { type: 'number', description: 'Minutes. When left out: 30.' } },
    });
    expect(asJsonSchema(schema)).toEqual(schema);
    const named = { properties: { required: { default: 1, nullable: true, type: 'string' } } };
    expect(asJsonSchema(named, true)).toEqual({
      properties: { required: { type: ['string', 'null'], description: 'When left out: 1.' } },
    });
    const example = { example: { nullable: true, default: 1 } };
    expect(asJsonSchema(example, true)).toEqual(example);
  });
});
