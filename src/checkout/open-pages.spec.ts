import { EventEmitter } from 'node:events';
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

const anOpenPage = (paymentId: string, address: string, since = 0) => {
  const stream = new Stream();
  return { page: { paymentId, address, since, stream } as unknown as OpenPage, stream };
};

describe('OpenPages', () => {
  it('takes no more than there may be in all, of one payment and of one address', () => {
    const pages = new OpenPages({ inAll: 5, ofPayment: 2, ofAddress: 3 });
    const take = (payment: string, address: string) =>
      pages.add(anOpenPage(payment, address).page, () => undefined);
    expect([take('p1', 'a'), take('p1', 'b'), take('p1', 'c')]).toEqual([true, true, false]);
    expect([take('p2', 'a'), take('p3', 'a'), take('p4', 'a')]).toEqual([true, true, false]);
    expect([take('p4', 'b'), take('p5', 'c')]).toEqual([true, false]);
    expect(pages.size).toBe(5);
  });

  it('gives room again when a page is closed, and keeps nothing of it', () => {
    const pages = new OpenPages({ inAll: 1, ofPayment: 1, ofAddress: 1 });
    const { page, stream } = anOpenPage('p1', 'a');
    let gone = 0;
    pages.add(page, () => (gone += 1));
    stream.emit('close');
    expect([pages.size, pages.payments(), gone]).toEqual([0, [], 1]);
    expect(pages.add(anOpenPage('p2', 'a').page, () => undefined)).toBe(true);
  });

  it('drops a reader that does not read, and harms no other', () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 9 });
    const slow = anOpenPage('p1', 'a');
    const other = anOpenPage('p1', 'b');
    for (const { page } of [slow, other]) pages.add(page, () => undefined);
    slow.stream.writableLength = 1_000_000;
    pages.tell('p1', 'news');
    expect([slow.stream.written, other.stream.written, pages.size]).toEqual([[], ['news'], 1]);
  });

  it('beats, and has old ones connect again', () => {
    const pages = new OpenPages({ inAll: 9, ofPayment: 9, ofAddress: 9 });
    const [old, young] = [anOpenPage('p1', 'a', 0), anOpenPage('p1', 'a', 500_000)];
    for (const { page } of [old, young]) pages.add(page, () => undefined);
    pages.beat(700_000);
    expect([old.stream.written, young.stream.written, pages.size]).toEqual([[], [':\n\n'], 1]);
    pages.close();
    expect(pages.size).toBe(0);
    expect(pages.add(anOpenPage('p2', 'b').page, () => undefined)).toBe(false);
  });
});
