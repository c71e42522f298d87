import { describe, expect, it } from '@jest/globals';
import { mendedPath } from './mended-path.js';

const TOKEN = '00112233445566778899aabbccddeeff';
const PAGE = `/pay/${TOKEN}`;

describe('the address of a page', () => {
  it.each([
    [`${PAGE}/`, PAGE],
    [`//pay//${TOKEN}`, PAGE],
    [`/PAY/${TOKEN.toUpperCase()}`, PAGE],
    [`${PAGE}.`, PAGE],
    [`${PAGE}),`, PAGE],
    [`${PAGE}%22%3E`, PAGE],
    [`${PAGE}%E2%80%9D`, PAGE],
    [`/l/${TOKEN}/`, `/l/${TOKEN}`],
    [`/L/${TOKEN}//`, `/l/${TOKEN}`],
    [`${PAGE}//receipt/`, `${PAGE}/receipt`],
    [`${PAGE}/Receipt.JSON`, `${PAGE}/receipt.json`],
    [`${PAGE}/check`, PAGE],
    [`${PAGE}/elsewhere`, PAGE],
    [`/l/${TOKEN}/receipt`, `/l/${TOKEN}`],
  ])('%s is mended', (given, mended) => expect(mendedPath(given)).toBe(mended));

  it.each([
    PAGE,
    `${PAGE}/receipt`,
    `/l/${TOKEN}`,
    '/',
    '/pay',
    '/pay/',
    `/pay/${TOKEN.slice(1)}`,
    `/pay/${TOKEN}0`,
    `//shop.example/pay/${TOKEN}`,
    `/x/pay/${TOKEN}`,
    `${PAGE}%00`,
    `${PAGE}%0d%0aset-cookie:x`,
    `${PAGE}\n/x`,
    `${PAGE}${'.'.repeat(16_000)}a`,
  ])('%s is left as it is', (given) => expect(mendedPath(given)).toBeNull());

  it('leads nowhere else, and is whole once it is mended', () => {
    for (const rest of ['//evil.example', '/\\evil', '/..//evil', '/@evil', '/%2f%2fevil']) {
      const mended = mendedPath(`${PAGE}${rest}`);
      expect(mended).toBe(PAGE);
      expect(mendedPath(mended as string)).toBeNull();
    }
  });
});
