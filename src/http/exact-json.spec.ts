import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inexact } from './exact-json.js';

const look = (json: string) => inexact(json, new Set(['metadata']));
const number = (token: string) => look(`{"amount":"1","metadata":{"a":[{"order":${token}}]}}`);

describe('a number that is kept as it is sent', () => {
  it.each([
    '12345678901234567890',
    '9007199254740993',
    '36028797018963968',
    '1e-400',
    '-1e-400',
    '1e400',
    '0.1000000000000000055511151231257827',
    '1.00000000000000000001',
    `1e${'9'.repeat(50)}`,
  ])('is refused where it would lose digits: %s', (token) => {
    expect(number(token)).toMatchObject({
      field: 'metadata',
      message: expect.stringMatching(/as a string$/),
    });
  });

  it.each([
    '0',
    '-0',
    '0.0',
    '0e5',
    '1.50',
    '1E3',
    '100000000000000000000000',
    '9007199254740992',
    '-1.5e-7',
    '5e-324',
  ])('is taken where it is the same: %s', (token) => expect(number(token)).toBeNull());

  it('is taken as any program writes it', () => {
    fc.assert(fc.property(fc.json(), (json) => look(`{"metadata":${json}}`) === null));
  });

  it('is not computed with where it is longer than any', () => {
    const began = performance.now();
    expect(number(`1${'0'.repeat(250_000)}1`)?.message).toMatch(/^holds the number 1000/);
    expect(performance.now() - began).toBeLessThan(1_000);
  });

  it('is left to the check of its field elsewhere', () => {
    expect(look('{"amount":12345678901234567890,"metadata":{}}')).toBeNull();
    expect(look('[12345678901234567890]')).toBeNull();
    expect(look('12345678901234567890')).toBeNull();
    expect(look('{"metadata":{"a":"12345678901234567890 \\" 1e400"}}')).toBeNull();
  });
});

describe('a key that stands twice', () => {
  it.each([
    '{"a":1,"a":2}',
    '{"metadata":{"b":1,"c":{},"\\u0062":2}}',
    '{"metadata":[{"a":{}},{"a":1,"a":1}]}',
  ])('is refused: %s', (json) => expect(look(json)?.message).toMatch(/twice; send it once$/));

  it('may stand in another object', () => {
    expect(look('{"a":{"a":"a"},"b":[{"a":1},{"a":1}],"c":"a"}')).toBeNull();
  });
});
