import { describe, expect, it } from '@jest/globals';
import { readCoinbase, readEcb, readJson, readKraken } from './published.js';
import { toDecimal } from './rational.js';

const valueOf = (published: ReturnType<typeof readJson>) =>
  'wrong' in published ? published.wrong : toDecimal(published.value);
const ticker = (entry: unknown, error: unknown = []) =>
  JSON.stringify({ error, result: { XETHZUSD: entry } });

describe('readKraken', () => {
  it('takes the middle of what is asked and bid', () => {
    expect(
      valueOf(readKraken(ticker({ a: ['3500.50', '1', '1.0'], b: ['3500.10', '2', '2.0'] }), 'ETHUSD')),
    ).toBe('3500.3');
  });

  it.each([
    ['{"error":["EQuery:Unknown asset pair"]}', 'says "EQuery:Unknown asset pair"'],
    ['<html>busy</html>', 'has no price of one pair in it'],
    ['{"error":[],"result":{}}', 'has no price of one pair in it'],
    ['{"error":[],"result":{"A":{},"B":{}}}', 'has no price of one pair in it'],
    [ticker({ a: ['n/a'], b: ['1'] }), 'has no price where a ticker has it'],
    [ticker({ a: ['1'], b: ['2'] }), 'bids more than it asks'],
    ['null', 'has no price of one pair in it'],
    [ticker({ a: ['7000'], b: ['0'] }), 'bids 0 and asks 7000, too far apart for a price'],
    [ticker({ a: ['7000'], b: ['-1'] }), 'bids -1 and asks 7000, too far apart for a price'],
    [ticker({ a: ['3500'], b: ['3000'] }), 'bids 3000 and asks 3500, too far apart for a price'],
    [ticker({ a: ['1e3'], b: ['1e3'] }), 'has no price where a ticker has it'],
    ['{"error":[],"result":{"XXBTZUSD":{"a":["97000"],"b":["96999"]}}}', 'is of XXBTZUSD, not ETHUSD'],
    ['{"error":[],"result":{"XETHZEUR":{"a":["3000"],"b":["2999"]}}}', 'is of XETHZEUR, not ETHUSD'],
  ])('finds none in %s', (body, wrong) => expect(valueOf(readKraken(body, 'ETHUSD'))).toBe(wrong));

  it.each([
    ['XBTUSD', 'XXBTZUSD'],
    ['BTCUSD', 'XXBTZUSD'],
    ['USDTUSD', 'USDTZUSD'],
    ['EURUSD', 'ZEURZUSD'],
    ['XTZUSD', 'XTZUSD'],
    ['ETHUSD', 'ETH/USD'],
    ['XETHZUSD', 'XETHZUSD'],
  ])('knows %s by the name of %s', (asked, name) => {
    const body = JSON.stringify({ error: [], result: { [name]: { a: ['2'], b: ['2'] } } });
    expect(valueOf(readKraken(body, asked))).toBe('2');
  });
});

describe('readCoinbase', () => {
  it('reads a spot price', () => {
    const body = '{"data":{"amount":"3017.195","base":"ETH","currency":"EUR"}}';
    expect(valueOf(readCoinbase(body, 'ETH-EUR'))).toBe('3017.195');
  });

  it.each([
    ['{"errors":[{"id":"not_found","message":"Invalid base currency"}]}', 'says "Invalid base currency"'],
    ['{"data":{"amount":"1","base":"BTC","currency":"EUR"}}', 'is of BTC-EUR, not ETH-EUR'],
    ['{"data":{"amount":"1","base":"ETH","currency":"USD"}}', 'is of ETH-USD, not ETH-EUR'],
    ['{"data":{"amount":"1,5","base":"ETH","currency":"EUR"}}', 'has no price in it'],
    ['{"data":{"amount":"Infinity"}}', 'has no price in it'],
    ['', 'has no price in it'],
  ])('finds none in %s', (body, wrong) => expect(valueOf(readCoinbase(body, 'ETH-EUR'))).toBe(wrong));
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
    ['{"data":[{"price":"1e3"}]}', 'has 1e3 at data.0.price, which is no number'],
    ['{"data":[{"price":"1,5"}]}', 'has 1,5 at data.0.price, which is no number'],
    ['{"data":[{"price":" 5 "}]}', 'has  5  at data.0.price, which is no number'],
    ['{"data":[{"price":"+5"}]}', 'has +5 at data.0.price, which is no number'],
    ['{"data":[{"price":"٥"}]}', 'has ٥ at data.0.price, which is no number'],
    ['{"data":[{"price":"５"}]}', 'has ５ at data.0.price, which is no number'],
    ['{"data":[{"price":"1_000"}]}', 'has 1_000 at data.0.price, which is no number'],
    ['{"data":[{"price":"NaN"}]}', 'has NaN at data.0.price, which is no number'],
    ['{"data":[{"price":"Infinity"}]}', 'has Infinity at data.0.price, which is no number'],
    ['{"data":[{"price":NaN}]}', 'is no JSON'],
    ['{"data":[{"price":true}]}', 'has true at data.0.price, which is no number'],
    ['{"data":[{"price":["3500"]}]}', 'has ["3500"] at data.0.price, which is no number'],
    [
      `{"data":[{"price":"${'9'.repeat(61)}"}]}`,
      `has ${'9'.repeat(60)}… at data.0.price, which is no number`,
    ],
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
