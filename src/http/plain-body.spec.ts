import { type IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { textOfBody } from './plain-body.js';

const read = (headers: IncomingHttpHeaders, body = Buffer.from('{"größe":1}')) => textOfBody(headers, body);
const type = (charset: string) => ({ 'content-type': `application/json; ${charset}` });

describe('a body', () => {
  it.each([
    {},
    type('charset=utf-8'),
    type('charset="UTF-8"'),
    type('profile=x'),
    { 'content-encoding': 'identity' },
  ])('is read as UTF-8: %j', (headers) => expect(read(headers)).toBe('{"größe":1}'));

  it.each(['gzip', 'br', 'deflate, gzip', 'zstd'])(
    'that is compressed is refused by name: %s',
    (encoding) => {
      expect(() => read({ 'content-encoding': encoding })).toThrow(`content-encoding: ${encoding};`);
    },
  );

  it.each(['latin1', 'utf-16', 'windows-1252'])('of another charset is refused by name: %s', (charset) => {
    expect(() => read(type(`charset=${charset}`))).toThrow(`charset is ${charset};`);
  });

  it('with bytes that are no UTF-8 is refused, and not changed', () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xe2, 0x82]])
      expect(() => read({}, Buffer.from([0x22, ...bytes, 0x22]))).toThrow(/not valid UTF-8/);
  });
});
