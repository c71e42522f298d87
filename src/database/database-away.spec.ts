import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isDatabaseAway } from './database-away.js';

const said = (message: string, more: object = {}) => Object.assign(new Error(message), more);
const failed = (driverError: Error) => new QueryFailedError('SELECT 1', [], driverError);
const postgres = (code: string) => said('…', { code, severity: 'ERROR' });

describe('isDatabaseAway', () => {
  it.each([
    said('connect ECONNREFUSED 127.0.0.1:5432', { code: 'ECONNREFUSED' }),
    said('Query read timeout'),
    said('timeout exceeded when trying to connect'),
    said('Connection terminated unexpectedly'),
    failed(postgres('57P01')),
    failed(postgres('57014')),
    failed(postgres('53100')),
    failed(postgres('53300')),
    failed(postgres('40P01')),
    said('outer', { cause: said('read ECONNRESET', { code: 'ECONNRESET' }) }),
  ])('is so for %s', (error) => expect(isDatabaseAway(error)).toBe(true));

  it.each([
    failed(postgres('23505')),
    failed(postgres('22003')),
    said('40001', { code: '40001' }),
    new TypeError('undefined is not a function'),
    'no error at all',
    null,
  ])('is not for %s', (error) => expect(isDatabaseAway(error)).toBe(false));
});
