import { EventEmitter, once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { type OpenPage, OpenPages } from './open-pages.js';

class Stream extends EventEmitter {
  readonly written: string[] = [];
  writableLength = 0;
  write(text: string): boolean {
    return this.written.push(text) > 0;
  }
  end(): void {
    this.emit('close');
  }
  destroy(): void {
    this.emit('close');
  }
}

const anOpenPage = (paymentId: string, address: string, since = 0, site = address) => {
  const stream = new Stream();
  return { page: { paymentId, address, site, since, stream } as unknown as OpenPage, stream };
};

describe('OpenPages', () => {
  it('takes no more than there may be in all, of one payment and of one address', () => {
    const pages = new OpenPages({ inAll: 5, ofPayment: 2, ofAddress: 3, ofSite: 9 });
    const take = (payment: string, address: string) =>
      pages.add(anOpenPage(payment, address).page, () => undefined);
    expect([take('p1', 'a'), take('p1', 'b'), take('p1', 'c')]).toEqual([true, true, false]);
    expect([take('p2', 'a'), take('p3', 'a'), take('p4', 'a')]).toEqual([true, true, false]);
    expect([take('p4', 'b'), take('p5', 'c')]).toEqual([true, false]);
    expect(pages.size).toBe(5);
  });

  it('leaves room beside a site that opens pages from many addresses, and takes it up again as they close', () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 1, ofSite: 2 });
    const ofSite = (address: string) => anOpenPage(`of ${address}`, address, 0, 'site');
    const [first, ...others] = [ofSite('a'), ofSite('b'), ofSite('c')];
    const take = ({ page }: { page: OpenPage }) => pages.add(page, () => undefined);
    expect([first, ...others].map((one) => one && take(one))).toEqual([true, true, false]);
    expect(take(anOpenPage('p', 'another'))).toBe(true);
    first?.stream.emit('close');
    expect([ofSite('c'), ofSite('d')].map(take)).toEqual([true, false]);
  });

  it('gives room again when a page is closed, and keeps nothing of it', () => {
    const pages = new OpenPages({ inAll: 1, ofPayment: 1, ofAddress: 1, ofSite: 9 });
    const { page, stream } = anOpenPage('p1', 'a');
    let gone = 0;
    pages.add(page, () => (gone += 1));
    stream.emit('close');
    expect([pages.size, pages.payments(), gone]).toEqual([0, [], 1]);
    expect(pages.add(anOpenPage('p2', 'a').page, () => undefined)).toBe(true);
  });

  it('drops a reader that does not read, and harms no other', () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 9, ofSite: 9 });
    const slow = anOpenPage('p1', 'a');
    const other = anOpenPage('p1', 'b');
    for (const { page } of [slow, other]) pages.add(page, () => undefined);
    slow.stream.writableLength = 1_000_000;
    pages.tell('p1', 'news');
    expect([slow.stream.written, other.stream.written, pages.size]).toEqual([[], ['news'], 1]);
  });

  it('beats, has old ones connect again, and destroys those that do not take that', () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 9, ofSite: 9 });
    const [old, young, stuck] = [
      anOpenPage('p1', 'a', 0),
      anOpenPage('p1', 'a', 500_000),
      anOpenPage('p2', 'a', 0),
    ];
    stuck.stream.end = () => undefined;
    for (const { page } of [old, young, stuck]) pages.add(page, () => undefined);
    const beat = (nowMs: number) => pages.all().forEach((page) => pages.beat(page, nowMs));
    beat(620_000);
    expect([old.stream.written, young.stream.written, pages.size]).toEqual([
      [],
      ['event: beat\ndata: 1\n\n'],
      2,
    ]);
    beat(635_000);
    expect([pages.size, pages.payments()]).toEqual([1, ['p1']]);
    pages.close();
    expect(pages.size).toBe(0);
    expect(pages.add(anOpenPage('p2', 'b').page, () => undefined)).toBe(false);
  });

  it('cuts a real reader that does not read, at a bounded buffer', async () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 9, ofSite: 9 });
    let most = 0;
    let stream: ServerResponse | undefined;
    const server = createServer((_, response) => {
      stream = response;
      response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
      pages.add({ paymentId: 'p1', address: 'a', site: 'a', stream: response, since: 0 }, () => undefined);
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const reader = connect((server.address() as AddressInfo).port, '127.0.0.1');
    reader.on('error', () => undefined).write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    reader.pause();
    await once(server, 'request');
    // What the kernel's own buffers take comes first.
    for (let told = 0; told < 5_000 && pages.size > 0; told += 1) {
      pages.tell('p1', `: ${'x'.repeat(8_000)}\n\n`);
      most = Math.max(most, stream?.writableLength ?? 0);
      if (told % 50 === 0) await setImmediate();
    }
    expect(pages.size).toBe(0);
    expect(most).toBeLessThan(32 * 1024);
    reader.destroy();
    server.close();
  });
});
