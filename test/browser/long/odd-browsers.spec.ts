import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Page } from 'playwright-core';
import { TestBrowser } from '../browser.js';
import { PageServer, SITUATIONS } from '../page-server.js';

let browser: TestBrowser;
let server: PageServer;

beforeAll(async () => {
  [browser, server] = await Promise.all([TestBrowser.start(), PageServer.start()]);
});
afterEach(async () => {
  server.hasEvents = true;
  await browser.tidy();
});
afterAll(async () => {
  await browser.stop();
  await server.stop();
});

const label = (page: Page, id: string) => page.textContent(`#${id} [data-copy-label]`);

it('says on a button that it copied for a moment only, however often it is pressed', async () => {
  server.show('waiting');
  const { page, context } = await browser.window();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.clock.install();
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  // From here on it goes by itself no further.
  await page.clock.pauseAt(Date.now() + 10_000);
  for (let press = 0; press < 3; press += 1) {
    await page.click('#copy_address-eth');
    await page.waitForSelector('#copy_address-eth:has-text("Copied")');
    await page.clock.runFor(1_000);
  }
  await page.clock.runFor(1_400);
  expect(await label(page, 'copy_address-eth')).toContain('Copied');
  await page.clock.runFor(200);
  expect((await label(page, 'copy_address-eth'))?.trim()).toBe('Copy address');
  expect(await page.locator('.is-copied').count()).toBe(0);
});

it('selects what it may not copy, and says so', async () => {
  server.show('waiting');
  const { page, context, complaints } = await browser.window();
  await context.addInitScript(() => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined });
    document.execCommand = () => false;
  });
  await page.goto(server.url());
  for (const [id, text] of [
    ['copy_address-eth', server.view.address],
    ['copy_amount-eth', '0.01426'],
  ] as const) {
    await page.click(`#${id}`);
    await page.waitForSelector(`#${id}:has-text("Copy it by hand")`);
    expect(await page.evaluate(() => getSelection()?.toString().trim())).toBe(text);
  }
  expect(await page.textContent('#announcer')).toBe('Copy it by hand');
  expect(await page.locator('.is-copied').count()).toBe(0);
  expect(complaints).toEqual([]);
});

it.each(SITUATIONS)('keeps names, amounts and hashes from translation: %s', async (situation) => {
  server.show(situation);
  const { merchant, reference, price, address, options, received, elsewhere, transactions } = server.view;
  const words = [merchant, reference, price, address, received?.text, ...elsewhere.map((one) => one.network)]
    .concat(options.flatMap(({ network, symbol, amountDue }) => [network, symbol, amountDue]))
    .concat(transactions.map(({ hash }) => hash))
    .filter((word): word is string => typeof word === 'string');
  const { page } = await browser.window();
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  const translated = await page.evaluate((all) => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const { parentElement, textContent } = node;
      if (parentElement?.closest('[translate="no"], script')) continue;
      if (all.some((word) => textContent?.includes(word))) found.push(textContent ?? '');
    }
    return found;
  }, words);
  expect(translated).toEqual([]);
});

it('takes a portal that answers in its place for no connection, and goes on when that is over', async () => {
  server.show('waiting');
  const { page } = await browser.window();
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  const portal = `${server.origin}/pay/**`;
  await page.route(portal, (route) =>
    route.fulfill({ status: 200, contentType: 'text/html', body: '<h1>Welcome to our Wi-Fi</h1>' }),
  );
  server.cutEvents();
  server.show('seen');
  await page.waitForSelector('#offline:not([hidden])');
  expect(await page.getAttribute('#status', 'data-situation')).toBe('waiting');
  await page.unroute(portal);
  await page.waitForSelector('#status[data-situation="seen"]');
  await page.waitForSelector('#offline', { state: 'hidden' });
});
