import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { TestBrowser } from '../browser.js';
import { FakeWallet } from '../fake-wallet.js';
import { PageServer } from '../page-server.js';
import { ShopPage } from '../shop-page.js';

let browser: TestBrowser;
let server: PageServer;
let shop: ShopPage;

beforeAll(async () => {
  [browser, server] = await Promise.all([TestBrowser.start(), PageServer.start()]);
  shop = await ShopPage.start(`${server.origin}/quittance.js`, () => server.url());
});
beforeEach(() => {
  server.show('waiting');
  server.show({ embedOrigins: [shop.origin] });
  server.frameAncestors = shop.origin;
});
afterEach(() => browser.tidy());
afterAll(async () => {
  await browser.stop();
  await Promise.all([shop.stop(), server.stop()]);
});

const result = (status: string) => JSON.stringify({ payment_id: server.view.paymentId, status });

it('opens over the shop’s page, tells it id and status and no more, and closes by Escape', async () => {
  const { page, complaints } = await browser.window();
  await page.goto(shop.origin);
  await page.click('#overlay');
  await page.waitForSelector(`#told:has-text('status:${result('waiting')}')`);
  server.show({ situation: 'seen', status: 'seen' });
  await page.waitForSelector(`#told:has-text('status:${result('seen')}')`);
  await page.keyboard.press('Escape');
  await page.waitForSelector(`#told:has-text('close:${result('seen')}')`);
  expect(await page.locator('dialog, iframe').count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('opens in a tab where a shop wants that, and tells the shop from there', async () => {
  const { page, context } = await browser.window();
  await page.goto(shop.origin);
  const [tab] = await Promise.all([context.waitForEvent('page'), page.click('#tab')]);
  await page.waitForSelector(`#told:has-text('status:${result('waiting')}')`);
  await tab.close();
  await page.waitForSelector(`#told:has-text('close:${result('waiting')}')`);
});

it('takes the wallet step out of the frame, into a page of its own', async () => {
  const wallet = new FakeWallet('http://127.0.0.1:1');
  const { page, context } = await browser.window();
  await FakeWallet.install(context, [wallet]);
  await page.goto(shop.origin);
  await page.click('#overlay');
  const frame = page.frameLocator('iframe');
  const link = frame.locator('.wallet-list a');
  expect(await link.textContent()).toBe('Pay with a wallet in a new tab');
  expect(await frame.locator('.wallet-list button').count()).toBe(0);
  const [tab] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await tab.waitForSelector('.wallet-list button');
  expect(await tab.evaluate(() => window.opener as unknown)).toBeNull();
  wallet.stop();
});

it('tells nobody else: a page that is not named may neither frame it nor hear of it', async () => {
  server.show({ embedOrigins: ['https://shop.example', '*', 'https://shop.example/path'] });
  const { page, context } = await browser.window();
  await page.goto(shop.origin);
  const [tab] = await Promise.all([context.waitForEvent('page'), page.click('#tab')]);
  await tab.waitForSelector('html.is-live');
  server.show({ situation: 'seen', status: 'seen' });
  await tab.waitForSelector('#status[data-situation="seen"]');
  expect(await page.textContent('#told')).toBe('');
  server.frameAncestors = "'none'";
  const [refusal] = await Promise.all([
    page.waitForEvent('console', (said) => said.text().includes('frame-ancestors')),
    page.click('#overlay'),
  ]);
  expect(refusal.type()).toBe('error');
  expect(await page.frameLocator('iframe').locator('h1').count()).toBe(0);
});
