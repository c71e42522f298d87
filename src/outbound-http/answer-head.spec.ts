import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readHead } from './answer-head.js';

const read = (text: string) => readHead(Buffer.from(text, 'latin1'));

describe('readHead', () => {
  it('reads a status, headers and what follows', () => {
    const head = read('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nbad name: x\r\nretry-after: 9\r\n\r\nlater');
    expect(head).toEqual({
      status: 503,
      headers: Object.assign(Object.create(null), { 'retry-after': '7' }),
      body: Buffer.from('later'),
    });
  });

  it('goes past interim answers, but not past 101', () => {
    expect(read('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\n')?.status).toBe(204);
    expect(read('HTTP/1.1 101 X\r\n\r\nHTTP/1.1 204\r\n')?.status).toBe(101);
    expect(read('HTTP/1.1 102 Processing\r\n\r\n')).toBeNull();
  });

  it.each([
    '',
    'HTTP/1.1 200 OK',
    'HTTP/1.1 20\r\n',
    'HTTP/1.1 2000\r\n',
    'HTTP/1.1 042 x\r\n',
    'ICY 200 OK\r\n',
  ])('takes %j for no status line that is whole', (text) => expect(read(text)).toBeNull());

  it('takes any bytes, and with a status line in front always finds that status', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.integer({ min: 200, max: 599 }), (bytes, status) => {
        const rest = Buffer.from(bytes);
        readHead(rest);
        const head = readHead(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} x\r\n`), rest]));
        expect(head?.status).toBe(status);
      }),
    );
  });
});
