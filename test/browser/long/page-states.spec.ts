import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { axeViolations } from '../axe.js';
import { aBrand } from '../brand.js';
import { TestBrowser } from '../browser.js';
import { aView, LANGUAGES, PageServer, SITUATIONS } from '../page-server.js';

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

const LOOKS = [
  { name: 'light', options: { colorScheme: 'light' } },
  { name: 'dark', options: { colorScheme: 'dark' } },
  {
    name: 'on a phone of 320 pixels',
    options: { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
  },
  // Zoom of 200 % halves what a window of 1280 pixels has.
  { name: 'at 200 % zoom', options: { viewport: { width: 640, height: 360 }, deviceScaleFactor: 2 } },
  { name: 'in forced colours', options: { forcedColors: 'active' } },
] as const;

it.each(['en', 'ar'])('axe finds nothing in any state, in any look, in %s', async (language) => {
  for (const { name, options } of LOOKS) {
    const { page, complaints } = await browser.window({ ...options, reducedMotion: 'reduce' });
    for (const situation of SITUATIONS) {
      server.show(situation);
      await page.goto(server.url(language));
      await page.waitForSelector('html.is-live');
      const found = { [`${situation}, ${name}`]: await axeViolations(page) };
      expect(found).toEqual({ [`${situation}, ${name}`]: [] });
      const isWide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
      expect(`${situation}, ${name}: ${isWide ? 'scrolls sideways' : 'fits'}`).toBe(
        `${situation}, ${name}: fits`,
      );
    }
    expect(complaints).toEqual([]);
    await browser.tidy();
  }
});

/** Yellow cannot be read on white, navy not on black; red is near what can be in both. */
it.each(['#ffee00', '#0a1440', '#c8102e'])('axe finds nothing in a shop’s own look, in %s', async (color) => {
  for (const { name, options } of LOOKS) {
    const opened = await browser.window({ ...options, reducedMotion: 'reduce' });
    const { page, complaints } = opened;
    // Links of ours stand on each of the tints.
    for (const situation of ['waiting', 'done', 'time_up', 'failed'] as const) {
      server.show({ ...aView(situation), brand: aBrand(color) });
      await page.goto(server.url());
      await page.waitForSelector('html.is-live');
      await page.evaluate(() => document.querySelectorAll('details').forEach((one) => (one.open = true)));
      const logo = await page.locator('.logo').boundingBox();
      expect([Math.round(logo?.height ?? 0) > 20, (logo?.height ?? 99) <= 80]).toEqual([true, true]);
      const found = { [`${situation}, ${name}`]: await axeViolations(page) };
      expect(found).toEqual({ [`${situation}, ${name}`]: [] });
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    }
    expect([complaints, opened.hosts]).toEqual([[], [new URL(server.origin).host]]);
    await browser.tidy();
  }
});

it.each([
  ['on a phone of 320 pixels', 320, '100%'],
  ['with text twice as large', 640, '200%'],
])('fits %s in every language, speaks it, and keeps each choice beside its words', async (_, width, text) => {
  server.show('waiting');
  const { page } = await browser.window({ viewport: { width, height: 640 } });
  for (const code of LANGUAGES) {
    await page.goto(server.url(code));
    const seen = await page.evaluate((size) => {
      document.documentElement.style.fontSize = size;
      const isApart = (input: HTMLInputElement) => {
        const words = document.createRange();
        words.selectNodeContents(input.labels?.[0] as Node);
        const [own, beside] = [input.getBoundingClientRect(), words.getBoundingClientRect()];
        return own.height > 0 && (own.top >= beside.bottom || beside.top >= own.bottom);
      };
      const choices = [...document.querySelectorAll<HTMLInputElement>('input[type=radio]')];
      return {
        lang: document.documentElement.lang,
        isWide: document.documentElement.scrollWidth > innerWidth,
        choices: choices.filter((input) => input.labels?.length === 1).length,
        apart: choices.filter((input) => input.labels?.length === 1 && isApart(input)).map(({ id }) => id),
      };
    }, text);
    expect(seen).toEqual({ lang: code, isWide: false, choices: expect.any(Number), apart: [] });
    expect(seen.choices).toBeGreaterThan(2);
  }
});

it('says each state in a live region as it comes, without a reload, and asks no other host for anything', async () => {
  server.show('waiting');
  const opened = await browser.window();
  const { page } = opened;
  await page.goto(server.url());
  for (const situation of ['part_paid', 'seen', 'done'] as const) {
    server.show(situation);
    await page.waitForSelector(`#status[data-situation="${situation}"]`);
    const said = await page.textContent('#status [data-say]');
    await page.waitForFunction((text) => document.getElementById('announcer')?.textContent === text, said);
  }
  expect(await page.isVisible('#payment')).toBe(false);
  expect(opened.hosts).toEqual([new URL(server.origin).host]);
  expect(opened.complaints).toEqual([]);
});

it('takes the state up again after the stream was cut, by asking while it is and by its last event after', async () => {
  server.show('waiting');
  server.hasEvents = true;
  const { page } = await browser.window();
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  server.eventIds.length = 0;
  server.cutEvents();
  server.show('part_paid');
  await page.waitForSelector('#status[data-situation="part_paid"]');
  server.hasEvents = true;
  const { version } = server.view;
  const again = await reconnected();
  expect(Number(again)).toBeGreaterThan(0);
  expect(Number(again)).toBeLessThanOrEqual(version);
  server.show('seen');
  await page.waitForSelector('#status[data-situation="seen"]');

  async function reconnected(): Promise<string | undefined> {
    const deadline = Date.now() + 20_000;
    while (server.eventIds.length === 0 && Date.now() < deadline) await page.waitForTimeout(50);
    return server.eventIds[0];
  }
});

it('keeps the chosen asset, the focus and the chosen QR code when the state changes under it', async () => {
  server.show('waiting');
  const { page } = await browser.window();
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  await page.check('#option-usdc');
  await page.check('#qr-request-usdc');
  await page.focus('#copy_amount-usdc');
  server.show('part_paid');
  await page.waitForSelector('#status[data-situation="part_paid"]');
  expect(await page.isChecked('#option-usdc')).toBe(true);
  expect(await page.isVisible('[data-option="usdc"] .qr-request')).toBe(true);
  expect(await page.isVisible('[data-option="eth"]')).toBe(false);
  expect(await page.evaluate(() => document.activeElement?.id)).toBe('copy_amount-usdc');
});

it('is complete without JavaScript: amounts, address, every QR code, another asset, a reload', async () => {
  server.show('waiting');
  const { page, complaints } = await browser.window({ javaScriptEnabled: false });
  await page.goto(server.url());
  expect(await page.isVisible('text=0.01426')).toBe(true);
  expect(await page.isVisible(`code:has-text("${server.view.address}")`)).toBe(true);
  expect(await page.locator('meta[http-equiv="refresh"]').count()).toBe(1);
  await page.check('#qr-request-eth');
  expect(await page.isVisible('[data-option="eth"] .qr-request img')).toBe(true);
  expect(await page.isVisible('[data-option="eth"] .qr-address img')).toBe(false);
  expect(await page.isVisible('[data-copy]')).toBe(false);
  await page.check('#option-usdc');
  await page.click('noscript button, #choose button');
  expect(await page.isVisible('[data-option="usdc"] >> text=58.211')).toBe(true);
  await page.goto(server.url('ar'));
  await page.check('#option-eth');
  await page.click('noscript button, #choose button');
  expect(await page.isVisible('[data-option="eth"] >> text=0.01426')).toBe(true);
  expect(await page.getAttribute('html', 'lang')).toBe('ar');
  expect(complaints).toEqual([]);
});

it('shows hostile names as text, and lets none of them turn what is around it', async () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>\u202e${'x'.repeat(10_000)}</script>`;
  server.show('waiting');
  const { options, transactions } = server.view;
  server.show({
    merchant: hostile,
    reference: hostile,
    price: hostile,
    options: options.map((option) => ({ ...option, network: hostile, symbol: hostile })),
    transactions: [...transactions, { hash: hostile, url: null }],
  });
  const { page, complaints } = await browser.window({ viewport: { width: 320, height: 640 } });
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  expect(
    await page.locator('main img:not([src^="data:image/svg+xml,%3Csvg%20xmlns"]), main script').count(),
  ).toBe(0);
  expect(await page.textContent('h1 bdi')).toContain('<script>alert(1)</script>');
  expect(await page.textContent('h1 bdi')).not.toContain('\u202e');
  const isWide = () => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  expect(await isWide()).toBe(false);
  server.show({
    situation: 'elsewhere',
    elsewhere: [{ amount: '1', symbol: hostile, network: hostile }],
    received: { amount: '1', text: hostile },
  });
  await page.waitForSelector('#status[data-situation="elsewhere"]');
  expect(await isWide()).toBe(false);
  expect(
    await page.locator('main img:not([src^="data:image/svg+xml,%3Csvg%20xmlns"]), main script').count(),
  ).toBe(0);
  expect(complaints).toEqual([]);
});

it('counts down by the server’s clock, whatever the customer’s says', async () => {
  server.show('waiting');
  const { page, context } = await browser.window();
  await context.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + 7 * 3_600_000;
  });
  await page.goto(server.url());
  await page.waitForFunction(() =>
    /^1[34]:\d\d$/.test(document.querySelector('time[data-countdown]')?.textContent ?? ''),
  );
});

it('moves nothing for those who asked for that', async () => {
  server.show('waiting');
  const { page } = await browser.window({ reducedMotion: 'reduce' });
  await page.goto(server.url());
  await page.waitForSelector('html.is-live');
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

it('copies the exact amount and the address', async () => {
  server.show('waiting');
  const { page, context } = await browser.window();
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(server.url());
  await page.click('#copy_amount-eth');
  await page.waitForFunction(() => document.getElementById('announcer')?.textContent === 'Copied');
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('0.01426');
  await page.click('#copy_address-eth');
  await page.waitForFunction(
    async (address) => (await navigator.clipboard.readText()) === address,
    server.view.address,
  );
});
