import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type BrowserContextOptions } from 'playwright-core';
import { TestChain } from '../../harness/test-chain.js';
import { axeViolations } from '../axe.js';
import { TestBrowser, type TestWindow } from '../browser.js';
import { FakeWallet, hangs, refuses, type WalletOptions } from '../fake-wallet.js';
import { PageServer } from '../page-server.js';

const DUE = 14_260_000_000_000_000n;

let browser: TestBrowser;
let server: PageServer;
let chain: TestChain;
let wallets: FakeWallet[] = [];

beforeAll(async () => {
  [browser, server, chain] = await Promise.all([TestBrowser.start(), PageServer.start(), TestChain.start()]);
});
beforeEach(() => server.show('waiting'));
afterEach(async () => {
  await browser.tidy();
  wallets.forEach((wallet) => wallet.stop());
  wallets = [];
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
  await chain.stop();
});

async function opened(
  options: WalletOptions[],
  windowOptions: BrowserContextOptions = {},
): Promise<{ window: TestWindow; wallet: FakeWallet }> {
  wallets = options.map((each) => new FakeWallet(chain.url, each));
  const window = await browser.window(windowOptions);
  await FakeWallet.install(window.context, wallets);
  await window.page.goto(server.url());
  await window.page.waitForSelector('html.is-live');
  return { window, wallet: wallets[0] as FakeWallet };
}

const message = (text: string) => `.wallet-message:has-text("${text}")`;

it('connects, switches from the wrong chain and sends the exact amount, once, also over a reload and a second tab', async () => {
  const { window, wallet } = await opened([{ chainId: 1, knows: [31_337] }]);
  const { page } = window;
  const before = BigInt(await chain.rpc<string>('eth_getBalance', [server.view.address, 'pending']));
  await page.click('button:has-text("Pay with ⁨Fake Wallet⁩")');
  await page.waitForSelector(message('Sent.'));
  await chain.rpc('evm_mine');
  const after = BigInt(await chain.rpc<string>('eth_getBalance', [server.view.address, 'latest']));
  expect(after - before).toBe(DUE);
  expect(wallet.asked('wallet_switchEthereumChain')).toEqual([[{ chainId: '0x7a69' }]]);
  expect(await page.locator('.wallet-list button').count()).toBe(0);
  await page.reload();
  await page.waitForSelector(message('Sent.'));
  const second = await window.tab();
  await second.goto(server.url());
  await second.waitForSelector(message('Sent.'));
  expect(await axeViolations(page)).toEqual([]);
  // Once the server has seen money, the note has done its work.
  server.show('part_paid');
  await page.waitForSelector('.wallet-list button');
  await second.waitForSelector('.wallet-list button');
  expect(window.complaints).toEqual([]);
});

it('offers two wallets with their names and icons, and asks only the one that was chosen', async () => {
  const script = `data:image/svg+xml,${encodeURIComponent('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')}`;
  const { window } = await opened([
    { name: 'First', icon: script },
    { name: '<b>Second</b>\u202e', icon: 'https://tracker.example/icon.png' },
  ]);
  const { page } = window;
  const labels = await page.locator('.wallet-list button').allTextContents();
  expect(labels).toEqual(['Pay with ⁨First⁩', 'Pay with ⁨<b>Second</b>⁩']);
  expect(await page.locator('.wallet-list img').count()).toBe(1);
  await page.click('.wallet-list button >> nth=1');
  await page.waitForSelector(message('Sent.'));
  expect(wallets[0]?.calls).toEqual([]);
  expect(window.hosts).toEqual([new URL(server.origin).host]);
  expect(window.complaints).toEqual([]);
});

it('adds a chain that the wallet does not know, and pays a token there', async () => {
  const { window, wallet } = await opened([{ chainId: 31_337 }]);
  // Signed for a chain that is not there: what is asked for is what counts here.
  wallet.odd.set('eth_sendTransaction', () => ({ result: `0x${'12'.repeat(32)}` }));
  await window.page.check('#option-usdc');
  await window.page.click('.wallet-list button');
  await window.page.waitForSelector(message('Sent.'));
  expect(wallet.asked('wallet_addEthereumChain')[0]).toMatchObject([
    { chainId: '0x2105', chainName: 'Base' },
  ]);
  const usdc = server.view.options[1];
  expect(wallet.asked('eth_sendTransaction')[0]).toMatchObject([{ to: usdc?.token, chainId: '0x2105' }]);
});

it('says what to do where the wallet refuses, knows no chain or hangs; and the next try works', async () => {
  const { window, wallet } = await opened([{ chainId: 1 }]);
  const { page } = window;
  const attempt = async (said: string) => {
    await page.click('.wallet-list button');
    await page.waitForSelector(message(said));
  };
  wallet.odd.set('eth_requestAccounts', refuses);
  await attempt('You declined');
  wallet.odd.delete('eth_requestAccounts');
  await attempt('does not know ⁨Dev chain⁩ (chain ID 31337)'.replace(/[⁨⁩]/g, ''));
  wallet.known.add(31_337);
  wallet.odd.set('eth_sendTransaction', hangs);
  await page.click('.wallet-list button');
  await page.waitForSelector(message('confirm there'));
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Stop waiting');
  await page.keyboard.press('Enter');
  await page.waitForSelector(message('do not pay again'));
  expect(await axeViolations(page)).toEqual([]);
  wallet.odd.set('eth_sendTransaction', () => ({ error: { code: -32_000, message: 'insufficient funds' } }));
  await attempt('insufficient funds');
  wallet.odd.delete('eth_sendTransaction');
  wallet.useAccount(6);
  await attempt('Sent.');
  expect(window.complaints).toEqual([]);
});

it('does not invite to pay twice when a payment is confirmed after the customer had stopped waiting', async () => {
  const { window, wallet } = await opened([{}]);
  const { page } = window;
  let confirm: (answer: { result: string }) => void = () => undefined;
  wallet.odd.set('eth_sendTransaction', () => new Promise((resolve) => (confirm = resolve)));
  await page.click('.wallet-list button');
  await page.waitForSelector(message('confirm there'));
  await page.click('.wallet-actions button');
  await page.waitForSelector('.wallet-list button');
  confirm({ result: `0x${'34'.repeat(32)}` });
  await page.waitForSelector(message('Sent.'));
  expect(await page.locator('.wallet-list button').count()).toBe(0);
});

it('sends from the account that the wallet has changed to in between', async () => {
  const { window, wallet } = await opened([{ chainId: 1, knows: [31_337], account: 7 }]);
  wallet.odd.set('wallet_switchEthereumChain', () => {
    wallet.useAccount(8);
    wallet.chainId = 31_337;
    return { result: null };
  });
  await window.page.click('.wallet-list button');
  await window.page.waitForSelector(message('Sent.'));
  expect(wallet.asked('eth_sendTransaction')[0]).toMatchObject([{ from: wallet.address }]);
});

it('sends nothing when the money has come meanwhile by another way', async () => {
  const { window, wallet } = await opened([{ chainId: 1, knows: [31_337] }]);
  server.hasEvents = false;
  wallet.odd.set('wallet_switchEthereumChain', () => {
    server.view = {
      ...server.view,
      situation: 'part_paid',
      version: server.view.version + 1,
      options: server.view.options.map((option) => ({ ...option, amountDueUnits: '5' })),
    };
    wallet.chainId = 31_337;
    return { result: null };
  });
  await window.page.click('.wallet-list button');
  await window.page.waitForSelector(message('has changed'));
  expect(wallet.asked('eth_sendTransaction')).toEqual([]);
  server.hasEvents = true;
});

it('pays by the keyboard alone, with the focus always to be seen', async () => {
  const { window } = await opened([{}]);
  const { page } = window;
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press('Tab');
    const focused = await page.evaluate(() => {
      const element = document.activeElement as HTMLElement;
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return { isWallet: element.closest('.wallet-list') !== null, ring: `${outlineStyle} ${outlineWidth}` };
    });
    expect(focused.ring).toBe('solid 3px');
    if (!focused.isWallet) continue;
    await page.keyboard.press('Enter');
    await page.waitForSelector(message('Sent.'));
    return;
  }
  throw new Error('Tab never came to the wallet');
});

it('finds the provider of an in-app browser that announces nothing', async () => {
  const { window } = await opened([{ isInjected: true }], {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
    userAgent:
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MetaMaskMobile',
  });
  await window.page.tap('button:has-text("the wallet in this browser")');
  await window.page.waitForSelector(message('Sent.'));
});

it('lists a wallet once, however often and late it announces itself, and takes nothing of what it says for markup', async () => {
  const { window } = await opened([{ name: 'First' }]);
  const { page } = window;
  const names = () => page.locator('.wallet-list button').allTextContents();
  const announce = (...infos: Record<string, unknown>[]) =>
    page.evaluate((all) => {
      const provider = { request: () => Promise.reject(new Error('asked')) };
      const tell = (detail: unknown) =>
        dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }));
      for (const info of all) tell({ info, provider });
      // What throws, has no provider or is nothing at all.
      tell(null);
      tell({ info: { uuid: 'x', name: 'No provider' } });
      tell({ info: all[0], provider: {} });
      tell({
        provider,
        get info() {
          throw new Error('hostile');
        },
      });
      dispatchEvent(new Event('eip6963:requestProvider'));
    }, infos);
  const [first] = wallets as [FakeWallet];
  const markup = '<img src=x onerror=alert(1)>';
  await announce(
    { uuid: first.uuid, name: 'Another name', icon: null },
    { uuid: 'late', name: `${markup}${'long'.repeat(2_500)}`, icon: 'javascript:alert(1)' },
    { uuid: 'late', name: 'The same again' },
    { uuid: 'page', name: '\u202etellaW', icon: `data:text/html,${markup}` },
    { uuid: 'huge', name: 7, icon: `data:image/png;base64,${'A'.repeat(300_000)}` },
    { uuid: 8, name: 'No id' },
  );
  expect(await names()).toEqual([
    'Pay with \u2068First\u2069',
    `Pay with \u2068${markup}${'long'.repeat(3)}\u2069`,
    'Pay with \u2068tellaW\u2069',
    'Pay with the wallet in this browser',
  ]);
  expect(await page.locator('.wallet-list img').count()).toBe(1);
  await announce(
    ...Array.from({ length: 100 }, (_, index) => ({ uuid: `n${index}`, name: `Many ${index}` })),
  );
  expect((await names()).length).toBe(20);
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
  await page.click('.wallet-list button >> nth=0');
  await page.waitForSelector(message('Sent.'));
  expect(window.complaints).toEqual([]);
});

it('links from a phone into the wallets’ own browsers', async () => {
  const { window } = await opened([], {
    viewport: { width: 360, height: 740 },
    isMobile: true,
    hasTouch: true,
  });
  const { page } = window;
  const hrefs = await page
    .locator('.wallet-list a')
    .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).href));
  const url = new URL(server.url());
  expect(hrefs).toContain(`https://link.metamask.io/dapp/${url.host}${url.pathname}${url.search}`);
  expect(hrefs).toContain(`https://go.cb-w.com/dapp?cb_url=${encodeURIComponent(url.href)}`);
  expect(await axeViolations(page)).toEqual([]);
});
