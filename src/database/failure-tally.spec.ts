import { describe, expect, it } from '@jest/globals';
import { databaseFailureOf } from './failure-tally.js';

const postgres = (code: string) => Object.assign(new Error('said by Postgres'), { code, severity: 'ERROR' });

describe('what a failure of the database is about', () => {
  it.each([
    ['53100', 'disk_full'],
    ['53300', 'out_of_connections'],
    ['53200', 'out_of_resources'],
    ['57014', 'too_slow'],
    ['55P03', 'too_slow'],
    ['57P01', 'away'],
    ['08006', 'away'],
    ['40001', 'conflict'],
    ['23505', 'constraint'],
    ['58030', 'storage'],
    ['XX001', 'storage'],
    ['28P01', 'refused'],
    ['25006', 'refused'],
    ['42P01', 'statement'],
  ])('%s: %s', (code, failure) => {
    expect(databaseFailureOf(postgres(code))).toBe(failure);
  });

  it('takes a quota that is used up and a file system that is read-only for what they mean', () => {
    const said = (message: string, code: string) =>
      Object.assign(new Error(message), { code, severity: 'ERROR' });
    expect(databaseFailureOf(said('could not extend file "x": Disk quota exceeded', 'XX000'))).toBe(
      'disk_full',
    );
    expect(databaseFailureOf(said('could not open file "x": Read-only file system', '42501'))).toBe(
      'storage',
    );
  });

  it('takes the words of pg and the codes of the system for what they mean', () => {
    expect(databaseFailureOf(new Error('Query read timeout'))).toBe('too_slow');
    expect(databaseFailureOf(new Error('Connection terminated unexpectedly'))).toBe('away');
    expect(databaseFailureOf(Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }))).toBe('away');
    expect(databaseFailureOf('something else')).toBe('statement');
  });
});
