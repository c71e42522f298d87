import { describe, expect, it } from '@jest/globals';
import { readCoinbase, readEcb, readJson, readKraken } from './published.js';
import { toDecimal } from './rational.js';

const valueOf = (published: ReturnType<typeof readJson>) =>
  'wrong' in published ? published.wrong : toDecimal(published.value);
const ticker = (entry: unknown, error: unknown = []) =>
  JSON.stringify({ error, result: { XETHZUSD: entry } });

describe('readKraken', () => {
  it('takes the middle of what is asked and bid', () => {
    expect(valueOf(readKraken(ticker({ a: ['3500.50', '1', '1.0'], b: ['3500.10', '2', '2.0'] })))).toBe(
      '3500.3',
    );
  });

  it.each([
    ['{"error":["EQuery:Unknown asset pair"]}', 'says "EQuery:Unknown asset pair"'],
    ['<html>busy</html>', 'has no price of one pair in it'],
    ['{"error":[],"result":{}}', 'has no price of one pair in it'],
    ['{"error":[],"result":{"A":{},"B":{}}}', 'has no price of one pair in it'],
    [ticker({ a: ['n/a'], b: ['1'] }), 'has no price where a ticker has it'],
    [ticker({ a: ['1'], b: ['2'] }), 'bids more than it asks'],
    ['null', 'has no price of one pair in it'],
  ])('finds none in %s', (body, wrong) => expect(valueOf(readKraken(body))).toBe(wrong));
});

describe('readCoinbase', () => {
  const pair = { base: 'ETH', quote: 'EUR' };

  it('reads a spot price', () => {
    const body = '{"data":{"amount":"3017.195","base":"ETH","currency":"EUR"}}';
    expect(valueOf(readCoinbase(body, pair))).toBe('3017.195');
  });

  it.each([
    ['{"errors":[{"id":"not_found","message":"Invalid base currency"}]}', 'says "Invalid base currency"'],
    ['{"data":{"amount":"1","base":"BTC","currency":"EUR"}}', 'is of BTC/EUR'],
    ['{"data":{"amount":"Infinity"}}', 'has no price in it'],
    ['', 'has no price in it'],
  ])('finds none in %s', (body, wrong) => expect(valueOf(readCoinbase(body, pair))).toBe(wrong));
});

describe('readEcb', () => {
  const list = (time: string, ...rates: string[]) =>
    `<?xml version="1.0" encoding="UTF-8"?><gesmes:Envelope><Cube><Cube time='${time}'>${rates.join('')}</Cube></Cube></gesmes:Envelope>`;
  const body = list(
    '2026-09-24',
    "<Cube currency='USD' rate='1.1367'/>",
    '<Cube currency="JPY" rate="180.57"/>',
  );

  it('reads a rate of the euro, and those that follow from two of them', () => {
    expect(readEcb(body, { base: 'EUR', quote: 'USD' })).toEqual({
      value: { numerator: 11_367n, denominator: 10_000n },
      at: new Date('2026-09-24T00:00:00Z'),
    });
    expect(readEcb(body, { base: 'USD', quote: 'JPY' })).toMatchObject({
      value: { numerator: 601_900n, denominator: 3_789n },
    });
  });

  it.each([
    [body, 'GBP', 'has no rate of GBP'],
    [list('2026-09-24', "<Cube currency='USD' rate='0'/>"), 'USD', 'has no rate of USD'],
    [list('2026-13-99'), 'USD', 'has no rates of one day in it'],
    ['<html>maintenance</html>', 'USD', 'has no rates of one day in it'],
  ])('finds none in a list without it', (text, quote, wrong) =>
    expect(valueOf(readEcb(text, { base: 'EUR', quote }))).toBe(wrong),
  );
});

describe('readJson', () => {
  it.each([
    ['{"data":[{"price":"3500.10"}]}', '3500.1'],
    ['{"data":[{"price":3500.10}]}', '3500.1'],
    ['{"data":[{"price":1e-7}]}', '0.0000001'],
    ['{"data":[{"price":1.5e21}]}', '1500000000000000000000'],
    ['{"data":[{"price":"much"}]}', 'has much at data.0.price, which is no number'],
    ['{"data":[{"price":null}]}', 'has null at data.0.price, which is no number'],
    ['{"data":[{"price":1e999}]}', 'has null at data.0.price, which is no number'],
    ['{"data":[{"price":{"a":1}}]}', 'has {"a":1} at data.0.price, which is no number'],
    ['{"data":[]}', 'has nothing at data.0.price'],
    ['{"error":"no such pair"}', 'has nothing at data.0.price'],
    ['<html></html>', 'is no JSON'],
    ['{"data":[{"price":"35', 'is no JSON'],
  ])('reads %s', (body, expected) => expect(valueOf(readJson(body, ['data', 0, 'price']))).toBe(expected));

  it('finds nothing on the way of a prototype', () => {
    expect(valueOf(readJson('{}', ['constructor', 'length']))).toBe('has nothing at constructor.length');
  });
});
