/* The pictures of docs/images: every state of the pay page, as light, dark, phone and Arabic show it. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, type Page } from 'playwright-core';
import { TestBrowser } from './browser.js';
import { aBrand } from './brand.js';
import { aView, PageServer, SITUATIONS } from './page-server.js';

const FOLDER = join(import.meta.dirname, '../../docs/images');
const DESKTOP = { width: 560, height: 780 };

const LOOKS: { name: string; language: string; options: BrowserContextOptions }[] = [
  { name: 'light', language: 'en', options: { viewport: DESKTOP, colorScheme: 'light' } },
  { name: 'dark', language: 'en', options: { viewport: DESKTOP, colorScheme: 'dark' } },
  {
    name: 'phone',
    language: 'en',
    options: { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true },
  },
  { name: 'arabic', language: 'ar', options: { viewport: DESKTOP, colorScheme: 'light' } },
];

mkdirSync(FOLDER, { recursive: true });
const [browser, server] = await Promise.all([TestBrowser.start(), PageServer.start()]);
const { page: studio } = await browser.window();
for (const { name, language, options } of LOOKS) {
  const { page } = await browser.window({ ...options, reducedMotion: 'reduce' });
  for (const situation of SITUATIONS) {
    server.show(situation);
    await page.goto(server.url(language));
    await page.waitForSelector('html.is-live');
    writeFileSync(
      join(FOLDER, `pay-${situation.replace('_', '-')}-${name}.webp`),
      await webp(studio, await page.screenshot()),
    );
  }
  // All of it: the windows above end before the QR codes.
  server.show('waiting');
  await page.goto(server.url(language));
  await page.waitForSelector('html.is-live');
  const whole = await page.screenshot({ fullPage: true });
  writeFileSync(join(FOLDER, `pay-whole-${name}.webp`), await webp(studio, whole));
  server.show({ ...aView('waiting'), brand: aBrand('#c8102e') });
  await page.goto(server.url(language));
  await page.waitForSelector('html.is-live');
  writeFileSync(join(FOLDER, `pay-branded-${name}.webp`), await webp(studio, await page.screenshot()));
  await page.goto(`${server.origin}/l/link?lang=${language}`);
  writeFileSync(join(FOLDER, `pay-link-${name}.webp`), await webp(studio, await page.screenshot()));
}
await browser.stop();
await server.stop();
const files = readdirSync(FOLDER).filter((name) => name.startsWith('pay-'));
const bytes = files.reduce((sum, name) => sum + statSync(join(FOLDER, name)).size, 0);
process.stdout.write(`${files.length} pictures, ${Math.round(bytes / 1000)} kB\n`);

/** The browser itself has an encoder. */
async function webp(page: Page, png: Buffer): Promise<Buffer> {
  const url = await page.evaluate(
    async (source) => {
      const bitmap = await createImageBitmap(await (await fetch(source)).blob());
      const canvas = document.createElement('canvas');
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
      return canvas.toDataURL('image/webp', 0.85);
    },
    `data:image/png;base64,${png.toString('base64')}`,
  );
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}
