import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { toChainId } from '../../../src/ids/ids.js';
import { type PaymentView } from '../../../src/payments/payment.view.js';
import { TestApp } from '../../harness/app.js';
import { TestChain } from '../../harness/test-chain.js';
import { TestBrowser, type TestWindow } from '../browser.js';
import { FakeWallet, type WalletOptions } from '../fake-wallet.js';

const KEY = 'the-operators-own-key';

let known: TestChain;
let other: TestChain;
let app: TestApp;
let browser: TestBrowser;
let wallet: FakeWallet;

beforeAll(async () => {
  [known, other, browser] = await Promise.all([
    TestChain.start(),
    TestChain.start({
      name: 'otherchain',
      chainId: toChainId(31_338),
      explorerUrl: 'http://explorer.example',
    }),
    TestBrowser.start(),
  ]);
  const chain = { ...other.config, rpcUrls: [`${other.url}/?key=${KEY}`], publicRpcUrls: [other.url] };
  app = await TestApp.start({
    chains: [known.config, chain],
    settings: { webhookUrl: 'http://127.0.0.1:9/' },
  });
  app.settings.publicUrl = app.url;
});
afterEach(async () => {
  wallet.stop();
  await browser.tidy();
});
afterAll(async () => {
  await Promise.all([browser.stop(), app.stop()]);
  await Promise.all([known.stop(), other.stop()]);
});

async function opened(chain: string, options: WalletOptions): Promise<TestWindow & { payment: PaymentView }> {
  const payment = await app.createPayment({ chain, amount: '1000' });
  wallet = new FakeWallet(known.url, options);
  const window = await browser.window({ locale: 'en-GB' });
  await FakeWallet.install(window.context, [wallet]);
  await window.page.goto(payment.pay_url ?? '');
  return Object.assign(window, { payment });
}

async function isPaid({ page }: TestWindow, chain: TestChain): Promise<void> {
  for (const [blocks, situation] of [
    [1, 'seen'],
    [3, 'done'],
  ] as const) {
    await chain.mine(blocks);
    app.wake();
    await page.waitForSelector(`#status[data-situation="${situation}"]`);
  }
}

it('adds a chain that the wallet has never heard of, by a node that is everybody’s, and is paid there', async () => {
  const window = await opened('otherchain', { account: 6 });
  await window.page.click('.wallet-list button');
  await window.page.waitForSelector('.wallet-message:has-text("Sent.")');
  expect(wallet.asked('wallet_addEthereumChain')).toEqual([
    [
      {
        chainId: '0x7a6a',
        chainName: 'otherchain',
        nativeCurrency: { name: 'ETH', symbol: 'ETH', decimals: 18 },
        rpcUrls: [other.url],
      },
    ],
  ]);
  expect(await window.page.content()).not.toContain(KEY);
  await isPaid(window, other);
  expect((await app.payment(window.payment.id)).amount_received).toBe('1000');
  expect(window.hosts).toEqual([new URL(app.url).host]);
  expect(window.complaints).toEqual([]);
});

it('believes no wallet that names a transaction which pays somebody else, and lets the customer pay after all', async () => {
  const window = await opened('testchain', { account: 7 });
  const { page, payment } = window;
  const strangers = await known.pay(known.payer, 1_000n);
  wallet.odd.set('eth_sendTransaction', () => ({ result: strangers }));
  await page.click('.wallet-list button');
  await page.waitForSelector('.wallet-message:has-text("Sent.")');
  await known.mine(5);
  app.wake();
  await page.click('#check-details summary');
  await page.fill('#tx-hash', strangers);
  await page.click('#check-details button');
  await page.waitForSelector('#check-details .notice:has-text("paid someone else")');
  expect((await app.payment(payment.id)).status).toBe('pending');
  expect(await page.getAttribute('#status', 'data-situation')).toBe('waiting');
  wallet.odd.clear();
  await page.click('.wallet-actions button:has-text("pay again")');
  await page.click('.wallet-list button');
  await page.waitForSelector('.wallet-message:has-text("Sent.")');
  await isPaid(window, known);
  expect((await app.payment(payment.id)).amount_received).toBe('1000');
});
