import { describe, expect, it } from '@jest/globals';
import { databaseUrlWithTls } from './database-tls.js';

const DATABASE = 'postgres://shop:pass%40word@db.example:5432/shop';

describe('databaseUrlWithTls', () => {
  it.each([
    ['', null, ''],
    ['?sslmode=require', null, '?sslmode=verify-full'],
    ['?sslmode=disable', null, '?sslmode=disable'],
    ['?sslmode=no-verify', null, '?sslmode=no-verify'],
    ['?sslmode=require&uselibpqcompat=true', null, '?sslmode=require&uselibpqcompat=true'],
    ['', '/run/ca.pem', '?sslrootcert=%2Frun%2Fca.pem&sslmode=verify-full'],
    ['?sslmode=require', '/run/ca.pem', '?sslmode=verify-full&sslrootcert=%2Frun%2Fca.pem'],
  ])('makes of "%s" with %s "%s"', (given, caFile, wanted) => {
    expect(databaseUrlWithTls(`${DATABASE}${given}`, caFile)).toBe(`${DATABASE}${wanted}`);
  });
});
