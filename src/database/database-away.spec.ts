import { describe, expect, it } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { isDatabaseAway, isLastingRefusal, isOutOfRoom } from './database-away.js';

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
    failed(postgres('58030')),
    failed(postgres('28P01')),
    failed(
      said('could not extend file "base/5/7": Disk quota exceeded', { code: 'XX000', severity: 'ERROR' }),
    ),
    failed(
      said('could not open file "base/5/7": Read-only file system', { code: '42501', severity: 'ERROR' }),
    ),
    said('outer', { cause: said('read ECONNRESET', { code: 'ECONNRESET' }) }),
  ])('is so for %s', (error) => expect(isDatabaseAway(error)).toBe(true));

  it.each([
    failed(postgres('23505')),
    failed(postgres('22003')),
    failed(said('permission denied for table payments', { code: '42501', severity: 'ERROR' })),
    said('40001', { code: '40001' }),
    new TypeError('undefined is not a function'),
    'no error at all',
    null,
  ])('is not for %s', (error) => expect(isDatabaseAway(error)).toBe(false));
});

describe('a start whose database or disk fails', () => {
  it('is not begun again where it would be refused again', () => {
    expect(
      ['28P01', '3D000', '57014', '53100', '57P01', '08006'].map((code) => isLastingRefusal(postgres(code))),
    ).toEqual([true, true, true, true, false, false]);
  });

  it('waits for room on its own disk, and not on that of somebody else', () => {
    expect(isOutOfRoom(said('ENOSPC: no space left on device, write', { code: 'ENOSPC' }))).toBe(true);
    expect(isOutOfRoom(said('initdb failed: could not write: No space left on device'))).toBe(true);
    expect(
      isOutOfRoom(said('Postgres did not start. The disk of /var/lib/q is full: it needs 32 MB free.')),
    ).toBe(true);
    expect(isOutOfRoom(said('x: No space left on device', { code: '53100', severity: 'ERROR' }))).toBe(false);
    expect(isOutOfRoom(said('the port is in use'))).toBe(false);
  });
});
