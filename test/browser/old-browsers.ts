/*
 * The pay page in the oldest Chromium that it says it works in, as a wallet's in-app browser: it is shown, followed,
 * copied from and paid from there. The browsers (45 MB each) are fetched by npm when this is run, and removed again.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OldChromium } from './old-chromium.js';
import { PageServer } from './page-server.js';

/** Versions of chrome-aws-lambda, and what is in them. */
const BROWSERS = { '2.1.1': 'Chrome/80', '10.1.0': 'Chrome/92' };
const ACCOUNT = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8';
const HASH = `0x${'ab'.repeat(32)}`;

/** A provider as in-app browsers put it into the page, which announces nothing. */
const IN_APP_WALLET = `
  window.asked = [];
  window.ethereum = {
    chainId: '0x1',
    on() {},
    removeListener() {},
    async request({ method, params }) {
      window.asked.push({ method, params });
      if (method === 'eth_requestAccounts' || method === 'eth_accounts') return ['${ACCOUNT}'];
      if (method === 'eth_chainId') return this.chainId;
      if (method === 'wallet_switchEthereumChain') return void (this.chainId = params[0].chainId), null;
      if (method === 'eth_sendTransaction') return '${HASH}';
      throw Object.assign(new Error('unsupported: ' + method), { code: 4200 });
    },
  };
  Object.defineProperty(navigator, 'clipboard', {
    value: { writeText: (text) => Promise.resolve(void (window.copied = text)) },
  });`;
const situation = (name: string) =>
  `document.querySelector('[data-situation]').dataset.situation === '${name}'`;

/** Neighbours in a row that leave no room between them. */
const TOUCHING = `[...document.querySelectorAll('.amount, .address, .network, .option, .button')].flatMap((row) => {
  const boxes = [...row.children].map((one) => one.getBoundingClientRect()).filter(({ width }) => width > 0);
  const apart = (one, other) =>
    one.right + 3 < other.left || other.right + 3 < one.left || one.bottom < other.top || other.bottom < one.top;
  return boxes.slice(1).every((box, index) => apart(box, boxes[index])) ? [] : [row.className];
})`;

for (const [version, name] of Object.entries(BROWSERS)) await pays(version, name);

async function pays(version: string, name: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'quittance-old-chromium-'));
  const server = await PageServer.start();
  try {
    const browser = await OldChromium.start(version, folder);
    try {
      assert.match(await browser.version(), new RegExp(`${name}\\.`));
      await browser.prepare(360, IN_APP_WALLET);
      for (const language of ['en', 'ar']) await onPage(browser, server, language);
      assert.deepEqual(browser.complaints, []);
      assert.deepEqual([...browser.hosts], [new URL(server.origin).host]);
      process.stdout.write(
        `${await browser.version()}: shown, followed, copied and paid, nothing complained of\n`,
      );
    } finally {
      await browser.stop();
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function onPage(browser: OldChromium, server: PageServer, language: string): Promise<void> {
  server.show('waiting');
  await browser.open(server.url(language));
  await browser.until(`document.documentElement && document.documentElement.classList.contains('is-live')`);
  const { address } = server.view;
  assert.ok((await browser.evaluate<string>('document.body.innerText')).includes(address));
  const qr = `document.querySelector('.qr-address img').getBoundingClientRect().width`;
  assert.ok((await browser.evaluate<number>(qr)) > 100, 'the QR code is shown');
  assert.deepEqual(await browser.evaluate(TOUCHING), [], 'nothing touches what is beside it');
  assert.ok(await browser.evaluate('document.documentElement.scrollWidth <= innerWidth'), 'it fits');

  const shown = await browser.evaluate<string>(`document.querySelector('.time-left').innerText`);
  await browser.until(`document.querySelector('.time-left').innerText !== ${JSON.stringify(shown)}`);
  await browser.evaluate(`document.querySelector('.address .is-copy').click()`);
  await browser.until(`window.copied === '${address}'`);

  await browser.evaluate(`document.querySelector('.wallet-list button').click()`);
  await browser.until(`window.asked.some(({ method }) => method === 'eth_sendTransaction')`);
  const [sent] = await browser.evaluate<{ params: [{ to: string; value: string; from: string }] }[]>(
    `window.asked.filter(({ method }) => method === 'eth_sendTransaction')`,
  );
  const { to, value, from } = sent?.params[0] ?? {};
  assert.deepEqual([to, BigInt(value ?? 0), from], [address, 14_260_000_000_000_000n, ACCOUNT]);
  for (const next of ['seen', 'done'] as const) {
    server.show(next);
    await browser.until(situation(next));
  }
  // A note of what was sent is kept for the page; the next language is another customer's.
  await browser.evaluate('sessionStorage.clear(), localStorage.clear()');
}
