import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { verifyReturn } from '../../src/webhooks/signing/verify.js';
import { TEST_SECRET, TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { axeViolations } from './axe.js';
import { TestBrowser } from './browser.js';
import { FakeWallet } from './fake-wallet.js';

let chain: TestChain;
let app: TestApp;
let browser: TestBrowser;
let shop: Server;

beforeAll(async () => {
  shop = createServer((_, response) =>
    response.setHeader('content-type', 'text/html').end('<h1>Thanks</h1>'),
  );
  [chain, browser] = await Promise.all([
    TestChain.start(),
    TestBrowser.start(),
    new Promise<void>((resolve) => shop.listen(0, '127.0.0.1', resolve)),
  ]);
  app = await TestApp.start({ chains: [chain.config], settings: { webhookUrl: 'http://127.0.0.1:9/' } });
  app.settings.publicUrl = app.url;
});
afterAll(async () => {
  await Promise.all([browser.stop(), app.stop(), chain.stop()]);
  shop.close();
});

it('a customer pays by a wallet that is on the wrong chain, and comes back to the shop with a signature that verifies', async () => {
  const shopUrl = `http://127.0.0.1:${(shop.address() as AddressInfo).port}`;
  await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, { shop_origins: [shopUrl] });
  const payment = await app.createPayment({ amount: '1000', success_url: `${shopUrl}/thanks` });
  const wallet = new FakeWallet(chain.url, { chainId: 1, knows: [31_337] });
  const window = await browser.window({ locale: 'en-GB' });
  const { page } = window;
  await FakeWallet.install(window.context, [wallet]);

  await page.goto(payment.pay_url ?? '');
  await page.click('.wallet-list button');
  await page.waitForSelector('.wallet-message:has-text("Sent.")');
  await chain.mine();
  app.wake();
  await page.waitForSelector('#status[data-situation="seen"]');
  await chain.mine(3);
  app.wake();
  await page.waitForSelector('#status[data-situation="done"]');
  await page.click('#status a.is-primary');
  await page.waitForURL(`${shopUrl}/**`);
  wallet.stop();

  const receipt = await window.tab();
  for (const language of ['en', 'ar']) {
    await receipt.goto(`${payment.pay_url}/receipt?lang=${language}`);
    expect(await axeViolations(receipt)).toEqual([]);
  }

  const returned = verifyReturn({ secret: TEST_SECRET, url: page.url(), paymentId: payment.id });
  expect(returned.status).toBe('confirmed');
  expect((await app.payment(payment.id)).amount_received).toBe('1000');
  expect(wallet.asked('wallet_switchEthereumChain')).toHaveLength(1);
  expect(window.complaints).toEqual([]);
  expect(window.hosts).toEqual([new URL(app.url).host, new URL(shopUrl).host]);
});

it('a visitor of a payment link fills in its form without JavaScript, and is led to the page of a payment of their own', async () => {
  const made = await app.request<{ id: string; url: string }>('POST', '/api/v1/payment-links', {
    title: 'Espresso course',
    description: 'Two hours.\nBring a cup.',
    price: { currency: 'ETH', chain: chain.config.name, min: '0.001', max: '2' },
    fields: [{ label: 'Your name', required: true }],
    stock: 3,
  });
  const { page } = await browser.window({ javaScriptEnabled: false, locale: 'de-DE' });
  await page.goto(`${made.body.url}?lang=fr`);
  await page.fill('[name="answer-0"]', 'Ada');
  await page.fill('[name="amount"]', '0,0001');
  await page.click('.link-form button');
  await page.waitForSelector('#amount-problem');
  expect(await page.inputValue('[name="answer-0"]')).toBe('Ada');
  const accessible = await browser.window({
    locale: 'ar',
    colorScheme: 'dark',
    viewport: { width: 320, height: 640 },
  });
  for (const language of ['ar', 'en']) {
    await accessible.page.goto(`${made.body.url}?lang=${language}`);
    expect(await axeViolations(accessible.page)).toEqual([]);
  }
  expect(await accessible.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  expect(accessible.complaints).toEqual([]);
  expect(accessible.hosts).toEqual([new URL(app.url).host]);

  await page.fill('[name="amount"]', '0,0015');
  await page.click('.link-form button');
  await page.waitForURL('**/pay/*?lang=fr');
  expect(await page.getAttribute('html', 'lang')).toBe('fr');
  const { body } = await app.request<{ data: PaymentView[] }>(
    'GET',
    `/api/v1/payments?link_id=${made.body.id}`,
  );
  expect(body.data).toMatchObject([
    { amount: '1500000000000000', link: { answers: [{ label: 'Your name', value: 'Ada' }] } },
  ]);
});
