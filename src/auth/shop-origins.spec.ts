import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseShopOrigin, returnUrlAt } from './shop-origins.js';

describe('parseShopOrigin', () => {
  it.each([
    ['https://shop.example', 'https://shop.example'],
    ['https://SHOP.example:443/', 'https://shop.example'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['http://localhost:8080', 'http://localhost:8080'],
    ['http://shop.example', null],
    ['https://shop.example/path', null],
    ['https://shop.example?', null],
    ['https://user@shop.example', null],
    ['https://*', null],
    ['https://*.example', null],
    ['javascript:alert(1)', null],
    ["https://shop.example; script-src 'unsafe-inline'", null],
    ['shop.example', null],
    ['null', null],
  ])('%j is %j', (text, origin) => {
    expect(parseShopOrigin(text)).toBe(origin);
  });
});

describe('returnUrlAt', () => {
  it('takes none that is too long to be kept, also where it only grows by being written as browsers do', () => {
    for (const text of ['x'.repeat(2_000), '"'.repeat(700), 'ü'.repeat(400), '🙂'.repeat(200)])
      expect(returnUrlAt(`https://shop.example/?${text}`, ['https://shop.example'])).toHaveProperty(
        'problem',
      );
    const kept = returnUrlAt(`https://shop.example/?${'"'.repeat(600)}`, ['https://shop.example']);
    expect(kept).toHaveProperty('url', `https://shop.example/?${'%22'.repeat(600)}`);
  });

  it('takes nothing that leads elsewhere than to an allowed origin', () => {
    const host = fc.constantFrom('shop.example', 'evil.example', 'shop.example.evil.example');
    const glue = fc.constantFrom('', '@', '\\@', '//', '\t', '?', '#', ':443', '%2f', '\u202e', '/..//');
    fc.assert(
      fc.property(host, glue, host, (first, between, second) => {
        const read = returnUrlAt(`https://${first}${between}${second}`, ['https://shop.example']);
        if ('url' in read) expect(new URL(read.url).origin).toBe('https://shop.example');
      }),
    );
  });
});
