import { describe, expect, it } from '@jest/globals';
import { type OperationObject } from '@nestjs/swagger';
import { PUBLIC_EXTENSION, SCOPE_EXTENSION } from '../http/openapi-extensions.js';
import { completeDescription } from './openapi.js';

function completed(operation: Partial<OperationObject>, extensions: object = {}): OperationObject {
  const given = { responses: { 200: { description: '' } }, ...operation, ...extensions };
  const document = { openapi: '3.0.0', info: { title: 't', version: '1' }, paths: { '/a': { post: given } } };
  return completeDescription(document).paths['/a']?.post as OperationObject;
}

const statuses = (operation: OperationObject) => Object.keys(operation.responses).sort();

describe('completeDescription', () => {
  it('says of the making of a payment that no asset may be offered for its price', () => {
    const post = { responses: { 201: { description: '' } }, requestBody: { content: {} } };
    const document = {
      openapi: '3.0.0',
      info: { title: 't', version: '1' },
      paths: { '/api/v1/payments': { post } },
    };
    const made = completeDescription(document).paths['/api/v1/payments']?.post as OperationObject;
    expect(made.responses['422']).toEqual({ $ref: '#/components/responses/not_priced' });
  });

  it('gives an operation the problems that its shape allows', () => {
    const body = { content: {} };
    const id = { name: 'id', in: 'path' as const };
    expect(statuses(completed({}))).toEqual(['200', '401', '403', '409', '429', '500', '503']);
    expect(statuses(completed({ parameters: [id] }))).toEqual([
      '200',
      '401',
      '403',
      '404',
      '409',
      '429',
      '500',
      '503',
    ]);
    expect(statuses(completed({ requestBody: body }))).toEqual([
      '200',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '429',
      '500',
      '503',
    ]);
  });

  it('leaves alone what a controller says of a status itself', () => {
    const own = { description: 'own words' };
    expect(completed({ responses: { 403: own } }).responses[403]).toEqual(own);
  });

  it('asks for one of the two ways to send a key, and for none on public routes', () => {
    expect(completed({}).security).toEqual([{ bearer: [] }, { 'x-api-key': [] }]);
    const open = completed({}, { [PUBLIC_EXTENSION]: true });
    expect(open.security).toEqual([]);
    expect(statuses(open)).toEqual(['200', '500', '503']);
  });

  it('names the scope', () => {
    const operation = completed({ description: 'More.' }, { [SCOPE_EXTENSION]: 'payments:read' });
    expect(operation.description).toBe('More.\n\nNeeds a key with the scope `payments:read`.');
  });

  it('has Idempotency-Key once, and not required', () => {
    const header = (name: string, required: boolean) => ({ name, in: 'header' as const, required });
    const operation = completed({
      parameters: [header('idempotency-key', true), header('Idempotency-Key', false)],
    });
    expect(operation.parameters).toMatchObject([{ name: 'Idempotency-Key', required: false }]);
    expect(statuses(operation)).toContain('409');
  });
});
