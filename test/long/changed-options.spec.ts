import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { NO_RATES, type RatesConfig } from '../../src/config/rates.js';
import { toChainId } from '../../src/ids/ids.js';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { requireBooks } from '../harness/books.js';
import { OddToken } from '../harness/odd-token.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const TO = '0x00000000219ab540356cbb839cbe05303d7705fa';
const depth = (blocks: number) => ({ kind: 'blocks' as const, tiers: [{ upTo: null, blocks }] });
const fixed = (pair: string, value: string) => {
  const [base = '', quote = ''] = pair.split('/');
  return { base, quote, sources: [{ kind: 'fixed' as const, value }] };
};
const ratesWith = (ether: string): RatesConfig => ({
  ...NO_RATES,
  pairs: [
    fixed('TUSD/USD', '1'),
    fixed('ETH/USD', ether),
    fixed('WHOLE/USD', '0.5'),
    fixed('FINE/USD', '1000000'),
    fixed('EUR/USD', '1.25'),
    fixed('JPY/USD', '0.00625'),
    fixed('KWD/USD', '3.25'),
    fixed('BHD/USD', '2.65'),
  ],
});

let alpha: TestChain;
let beta: TestChain;
/** No decimals at all, and as many as hardly any token has. */
let whole: OddToken;
let fine: OddToken;
let listed: ChainConfig[];
let app: TestApp;

beforeAll(async () => {
  [alpha, beta] = await Promise.all([
    TestChain.start({ name: 'alpha', chainId: toChainId(31_501), confirmations: depth(2) }),
    TestChain.start({ name: 'beta', chainId: toChainId(31_502), confirmations: depth(3) }),
  ]);
  [whole, fine] = [await OddToken.deploy(beta), await OddToken.deploy(beta)];
  await whole.setDecimals(0);
  await fine.setDecimals(36);
  await beta.mine();
  const tokens = [
    { symbol: 'WHOLE', address: whole.address, decimals: 0, enabled: true },
    { symbol: 'FINE', address: fine.address, decimals: 36, enabled: true },
  ];
  listed = [alpha.config, { ...beta.config, tokens }];
  app = await TestApp.start({ chains: listed, rates: ratesWith('2500') });
});
afterAll(async () => {
  await app?.stop();
  await Promise.all([alpha, beta].map((chain) => chain?.stop()));
});

function priced(amount: string, currency: string, symbols: readonly string[] = []): Promise<PaymentView> {
  const all = [
    { symbol: 'ETH', chain: 'alpha', token_id: null },
    { symbol: 'TUSD', chain: 'alpha', token_id: tokenId(alpha.config.chainId, alpha.token) },
    { symbol: 'WHOLE', chain: 'beta', token_id: tokenId(beta.config.chainId, whole.address) },
    { symbol: 'FINE', chain: 'beta', token_id: tokenId(beta.config.chainId, fine.address) },
  ];
  const accept = all
    .filter(({ symbol }) => symbols.length === 0 || symbols.includes(symbol))
    .map(({ chain, token_id }) => ({ chain, token_id }));
  return waitFor(`${amount} ${currency}`, async () => {
    const body = { price: { amount, currency }, accept };
    const answer = await app.request<PaymentView>('POST', '/api/v1/payments', body);
    return answer.status === 201 && answer.body.options.length === accept.length && answer.body;
  });
}

const optionOf = ({ options }: PaymentView, symbol: string) =>
  options.find((option) => option.symbol === symbol) as PaymentView['options'][number];
const refund = (id: string, asset: object, amount: string) =>
  app.request<{ amount: string }>('POST', `/api/v1/payments/${id}/refunds`, { to: TO, amount, ...asset });

describe('what a payment with a price offers', () => {
  it.each([
    ['0.01', 'EUR', '5000000000000', '12500', '1', '0.0000000125'],
    ['1', 'JPY', '2500000000000', '6250', '1', '0.00000000625'],
    ['0.001', 'KWD', '1300000000000', '3250', '1', '0.00000000325'],
    ['0.001', 'BHD', '1060000000000', '2650', '1', '0.00000000265'],
    [
      '1000000000000.00',
      'USD',
      '400000000000000000000000000',
      '1000000000000000000',
      '2000000000000',
      '1000000',
    ],
  ])(
    'of %s %s is exact in tokens of no decimals and of 36, in views and in the export',
    async (amount, currency, ether, dollars, wholes, fines) => {
      const made = await priced(amount, currency);
      const [units = '', fraction = ''] = fines.split('.');
      const inFine = BigInt(units + fraction.padEnd(36, '0')).toString();
      expect(made.options.map((option) => option.amount)).toEqual([ether, dollars, wholes, inFine]);
      expect(made.price).toMatchObject({ amount, due: amount });
      const { text } = await exported();
      const lines = text.split('\r\n').filter((line) => line.includes(made.id));
      expect(lines).toHaveLength(4);
      const column = text.split('\r\n')[0]?.split(',').indexOf('amount') ?? -1;
      expect(lines.map((line) => line.split(',')[column])).toEqual([ether, dollars, wholes, inFine]);
      const cells = lines.join().split(',');
      expect(cells.filter((cell) => /^[\d.]+e[+-]?\d+$/i.test(cell))).toEqual([]);
    },
  );

  it('is paid by an amount of 36 decimals to the unit, and not one unit short of it', async () => {
    const { id, address, options } = await priced('0.03', 'EUR', ['FINE']);
    const due = BigInt(options[0]?.amount ?? 0);
    await beta.payToken(address, due - 1n, fine.address);
    await beta.mine(4);
    const short = await app.waitForStatus(id, 'partially_paid');
    expect(short).toMatchObject({ price: { due: '0.01' }, options: [{ amount_due: '1' }] });
    await beta.payToken(address, 1n, fine.address);
    await beta.mine(4);
    const paid = await app.waitForStatus(id, 'confirmed');
    expect(paid).toMatchObject({ exception: null, price: { received: '0.03', due: '0.00' } });
  });

  it('is overpaid by whole payments on two chains at the same moment, told once with the sum, and goes back in each asset', async () => {
    const made = await priced('10.00', 'USD', ['TUSD', 'WHOLE']);
    const { id, address } = made;
    await Promise.all([
      alpha.payToken(address, BigInt(optionOf(made, 'TUSD').amount)),
      beta.payToken(address, BigInt(optionOf(made, 'WHOLE').amount), whole.address),
    ]);
    await Promise.all([alpha.mine(3), beta.mine(4)]);
    await app.waitForStatus(id, 'confirmed');
    const over = await waitFor('both to be counted', async () => {
      const view = await app.payment(id);
      return view.value?.confirmed === '20.00' && view;
    });
    expect(over).toMatchObject({ exception: 'overpaid', price: { received: '20.00', due: '0.00' } });
    const told = (await app.eventsOf(id)).filter((type) => type === 'payment.overpaid');
    expect(told).toHaveLength(1);
    const inWhole = { chain: 'beta', token_id: optionOf(made, 'WHOLE').token_id };
    const inDollars = { chain: 'alpha', token_id: optionOf(made, 'TUSD').token_id };
    expect((await refund(id, inWhole, '21')).status).toBe(409);
    expect((await refund(id, inWhole, '20')).status).toBe(201);
    expect((await refund(id, inWhole, '1')).status).toBe(409);
    expect((await refund(id, inDollars, '10000000')).status).toBe(201);
    expect((await refund(id, inDollars, '1')).status).toBe(409);
    expect(await app.payment(id)).toMatchObject({ value: { refund_pending: '20.00' } });
  });

  it('counts as it was offered, whatever the merchant, chains.yaml and the market say since', async () => {
    const made = await priced('50.00', 'USD');
    const { id, address } = made;
    const merchant = `/api/v1/merchants/${app.merchantId}`;
    const accept = [{ chain: 'alpha', token_id: null }];
    expect((await app.request('PATCH', merchant, { accept })).status).toBe(200);
    await app.close();
    const chains = listed.map((chain) => ({ ...chain, tokens: [] }));
    app = await TestApp.start({ chains, rates: ratesWith('5000'), before: app });

    expect(await app.payment(id)).toMatchObject({ status: 'pending', options: made.options });
    await alpha.payToken(address, 25_000_000n);
    await alpha.pay(address, ETHER / 200n);
    await beta.payToken(address, 25n, whole.address);
    await Promise.all([alpha.mine(3), beta.mine(4)]);
    const paid = await app.waitForStatus(id, 'confirmed');
    expect(paid).toMatchObject({ exception: null, price: { received: '50.00', due: '0.00' } });
    expect(paid.options.map(({ amount_received: amount }) => amount)).toEqual([
      String(ETHER / 200n),
      '25000000',
      '25',
      '0',
    ]);
    const { body } = await app.request<{ data: { address: string }[] }>(
      'GET',
      '/api/v1/deposits?assigned=false',
    );
    expect(body.data.filter((deposit) => deposit.address === address)).toEqual([]);
    const inWhole = { chain: 'beta', token_id: optionOf(made, 'WHOLE').token_id };
    expect((await refund(id, inWhole, '26')).status).toBe(409);

    // New ones are as everything stands now.
    const next = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { amount: '50.00', currency: 'USD' },
    });
    expect(next).toMatchObject({ status: 201, body: { options: [{ amount: String(ETHER / 100n) }] } });
    const refused = await app.request('POST', '/api/v1/payments', {
      price: { amount: '50.00', currency: 'USD' },
      accept: [{ chain: 'beta' }],
    });
    expect(refused).toMatchObject({ status: 400, body: { code: 'asset_not_accepted' } });
    for (const chain of listed) await requireBooks(app.database, chain);
  });
});

async function exported(): Promise<{ text: string }> {
  const answer = await fetch(`${app.url}/api/v1/payments/export`, {
    headers: { authorization: `Bearer ${app.key}` },
  });
  expect(answer.status).toBe(200);
  return { text: await answer.text() };
}
