import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { deflateSync } from 'node:zlib';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PNG } from 'pngjs';
import { type MerchantBody } from '../../src/auth/dto/auth.dto.js';
import { NO_RATES } from '../../src/config/rates.js';
import { LivePages } from '../../src/checkout/live-pages.js';
import { type PaymentLinkView } from '../../src/payment-links/payment-link.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { ReturnVerificationError, verifyReturn } from '../../src/webhooks/signing/verify.js';
import { TEST_SECRET, TestApp } from '../harness/app.js';
import { WRITTEN_AMOUNTS } from '../currencies/written-amounts.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const SHOP = 'https://shop.example';
const UNPAID = 30;
const HOSTILE = `"><script>alert(1)</script>\u202e&lt;'`;

let chain: TestChain;
let app: TestApp;

beforeAll(async () => {
  chain = await TestChain.start();
  const fixed = (base: string, value: string) => ({
    base,
    quote: 'EUR',
    sources: [{ kind: 'fixed' as const, value }],
  });
  app = await TestApp.start({
    chains: [chain.config],
    rates: { ...NO_RATES, pairs: [fixed('ETH', '3000'), fixed('TUSD', '0.92')] },
    settings: {
      publicUrl: 'https://pay.example',
      webhookUrl: 'http://127.0.0.1:9/',
      devChainPayer: null,
      checkoutLinkUnpaidPayments: UNPAID,
      trustedProxies: ['127.0.0.1'],
    },
  });
  const changed = await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, {
    name: 'Ada <b>& Co</b>',
    shop_origins: [SHOP],
  });
  expect(changed.status).toBe(200);
});
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
});

const pathOf = ({ pay_url: url }: PaymentView) => new URL(url ?? '').pathname;
let callers = 0;
/** Each test asks from an address of its own, as its customers would. */
const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(`${app.url}${path}`, {
    redirect: 'manual',
    headers: { 'x-forwarded-for': `198.51.100.${(callers += 1) % 250}`, ...headers },
  });
const page = async (payment: PaymentView, query = '') => (await get(`${pathOf(payment)}${query}`)).text();

describe('a pay page', () => {
  it('is complete without JavaScript, and sent with a policy that lets nothing foreign in', async () => {
    const payment = await app.createPayment({ amount: '1500000000000000000', reference: 'order 7' });
    expect(payment.pay_url).toMatch(/^https:\/\/pay\.example\/pay\/[0-9a-f]{32}$/);
    const answer = await get(pathOf(payment), { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    const markup = await answer.text();
    expect(answer.status).toBe(200);
    expect(markup).toContain(payment.address);
    expect(markup).toContain('1.5');
    expect(markup).toContain('order 7');
    expect(markup).toContain('<img src="data:image/svg+xml,%3Csvg');
    expect(markup).toContain('http-equiv="refresh"');
    expect(markup).toContain('data-situation="waiting"');
    expect(markup).not.toContain('evil.example');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain(`frame-ancestors ${SHOP}`);
    expect(policy).not.toMatch(/unsafe|\*|nonce/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.has('set-cookie')).toBe(false);
    // Each piece of news sends it again, and its codes are most of it.
    expect(answer.headers.get('content-encoding')).toBe('gzip');
    expect(answer.headers.get('vary')).toBe('accept-language, accept-encoding');
    const plain = await get(pathOf(payment), { 'accept-encoding': 'identity' });
    expect(plain.headers.has('content-encoding')).toBe(false);
    const withoutTime = (text: string) => text.replace(/"now":"[^"]*"/, '');
    expect(withoutTime(await plain.text())).toBe(withoutTime(markup));
  });

  it('shows hostile text as text, whatever its length', async () => {
    const payment = await app.createPayment({ reference: HOSTILE.padEnd(255, 'x') });
    const markup = await page(
      payment,
      `?lang=${encodeURIComponent(HOSTILE)}&option=${encodeURIComponent(HOSTILE)}&checked=${encodeURIComponent(HOSTILE)}`,
    );
    expect(markup).not.toContain('<script>alert');
    expect(markup).not.toContain('<b>& Co');
    expect(markup).not.toContain('\u202e');
    expect(markup).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(markup).toContain('Ada &lt;b&gt;&amp; Co&lt;/b&gt;');
  });

  it('is not made of 10,000 characters in any field, and none of them breaks anything', async () => {
    const long = HOSTILE.padEnd(10_000, 'x');
    const url = `${SHOP}/?${'x'.repeat(10_000)}`;
    const refused = async (method: string, path: string, body: object) =>
      expect([path, (await app.request(method, path, body)).status]).toEqual([path, 400]);
    const payment = { chain: 'testchain', amount: '1' };
    const grows = `${SHOP}/?${'"'.repeat(1_500)}`;
    for (const field of [
      { reference: long },
      { success_url: url },
      { cancel_url: url },
      { success_url: grows },
    ])
      await refused('POST', '/api/v1/payments', { ...payment, ...field });
    // It may hold as much, and is for the merchant alone.
    const kept = await app.createPayment({ metadata: { note: `kept ${long}` } });
    expect(await page(kept)).not.toContain('kept');
    for (const field of [{ name: long }, { shop_origins: [`https://${'x'.repeat(10_000)}.example`] }])
      await refused('PATCH', `/api/v1/merchants/${app.merchantId}`, field);
    const answer = await get(`/pay/${encodeURIComponent(long)}`);
    expect(answer.status).toBeLessThan(500);
    expect(await answer.text()).not.toContain('<script>alert');
  });

  it('is found by its token alone, and guesses are slowed down', async () => {
    const payment = await app.createPayment();
    const token = pathOf(payment).slice('/pay/'.length);
    const next = (BigInt(`0x${token}`) + 1n).toString(16).padStart(32, '0').slice(-32);
    for (const wrong of [payment.id, next, token.slice(1), next.toUpperCase(), '0'.repeat(32)])
      expect((await fetch(`${app.url}/pay/${wrong}`)).status).toBe(404);
    const guesses = Array.from({ length: 70 }, (_, index) =>
      get(`/pay/${index.toString(16).padStart(32, '0')}`, { 'x-forwarded-for': '203.0.113.9' }),
    );
    const statuses = (await Promise.all(guesses)).map(({ status }) => status);
    expect(statuses).toContain(429);
    expect((await get(pathOf(payment))).status).toBe(200);
    expect(app.log.join('\n')).not.toContain(token);
  });

  it('is led to from an address that was changed on its way; what is none is a page for browsers alone', async () => {
    const path = pathOf(await app.createPayment());
    const token = path.slice('/pay/'.length);
    const ask = (target: string, accept: string) =>
      fetch(`${app.url}${target}`, { redirect: 'manual', headers: { accept, 'accept-language': 'de' } });
    const browser = 'text/html,application/xhtml+xml,*/*;q=0.8';
    for (const changed of [
      `${path}/`,
      `//pay//${token}`,
      `/PAY/${token.toUpperCase()}`,
      `${path}.`,
      `${path}/check`,
      `${path}/no`,
    ]) {
      const answer = await ask(`${changed}?lang=de`, browser);
      expect([changed, answer.status, answer.headers.get('location')]).toEqual([
        changed,
        303,
        `${path}?lang=de`,
      ]);
    }
    for (const missing of ['/', '/pay', '/l/', `/x/${token}`, '/pay/%zz', '/favicon.ico', '/x?a=%00']) {
      const shown = await ask(missing, browser);
      expect([missing, shown.status, await shown.text()]).toEqual([
        missing,
        expect.any(Number),
        expect.stringContaining('lang="de"'),
      ]);
      expect(shown.status).toBeGreaterThanOrEqual(400);
      expect(shown.headers.get('content-security-policy')).toContain("default-src 'none'");
      const told = await ask(missing, '*/*');
      expect([told.status, told.headers.get('content-type')]).toEqual([
        shown.status,
        'application/problem+json; charset=utf-8',
      ]);
    }
    expect((await ask('/api/v1/no', browser)).headers.get('content-type')).toContain('problem+json');
    await fetch(`${app.url}//PAY/${token}/x`);
    expect(app.log.join('\n').toLowerCase()).not.toContain(token);
  });

  it('speaks the language that the customer asks for', async () => {
    const payment = await app.createPayment();
    const german = await (
      await get(pathOf(payment), { 'accept-language': 'xx, de-AT;q=0.9, en;q=0.1' })
    ).text();
    expect(german).toContain('lang="de"');
    expect(await page(payment, '?lang=ar')).toContain('dir="rtl"');
    expect(await page(payment, '?lang=../../etc')).toContain('lang="en"');
  });
});

describe('a pay page that is followed', () => {
  it('hears of a payment as soon as it is scanned, of every block after that, and ends with its reader', async () => {
    const payment = await app.createPayment({ amount: '2000' });
    const reading = new AbortController();
    const stream = await fetch(`${app.url}${pathOf(payment)}/events`, {
      signal: reading.signal,
      headers: { 'x-forwarded-for': '192.0.2.1', 'last-event-id': '1' },
    });
    expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
    let heard = '';
    const following = (async () => {
      for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>)
        heard += Buffer.from(chunk).toString();
    })().catch(() => undefined);
    await waitFor('how it stands', () => Promise.resolve(heard.includes('id: 1\n')));
    await chain.pay(payment.address, 2_000n);
    await chain.mine();
    await waitFor('the news', () => Promise.resolve(heard.includes('id: 2\n')));
    expect(await page(payment)).toContain('data-situation="seen"');
    const before = heard.split('id: 2\n').length;
    await chain.mine();
    await waitFor('a confirmation', () => Promise.resolve(heard.split('id: 2\n').length > before));
    await chain.mine();
    await waitFor('the end', () => Promise.resolve(heard.includes('id: 3\n')));
    expect(await page(payment)).toContain('data-situation="done"');
    reading.abort();
    await following;
    // Of a look at its head alone nobody would see the end.
    const looked = await fetch(`${app.url}${pathOf(payment)}/events`, { method: 'HEAD' });
    expect([looked.status, looked.headers.get('content-type')]).toEqual([
      200,
      stream.headers.get('content-type'),
    ]);
    const { pages } = app.get(LivePages) as unknown as { pages: { size: number } };
    await waitFor('the stream to be forgotten', () => Promise.resolve(pages.size === 0));

    // Several in one packet: those behind the first have no connection of their own, and would never be seen to end.
    const { hostname, port } = new URL(app.url);
    const live = app.get(LivePages);
    const open = live.open.bind(live);
    const opening: Promise<void>[] = [];
    live.open = (...page) => {
      const opened = open(...page);
      opening.push(opened);
      return opened;
    };
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    socket.write(`GET ${pathOf(payment)}/events HTTP/1.1\r\nhost: ${hostname}\r\n\r\n`.repeat(5));
    await waitFor('all to be asked for', () => Promise.resolve(opening.length === 5));
    await Promise.allSettled(opening);
    live.open = open;
    expect(pages.size).toBe(1);
    socket.destroy();
    await waitFor('it to be forgotten', () => Promise.resolve(pages.size === 0));
  });

  it('is told at once what is newer than what it shows, and else nothing but that events come through', async () => {
    const payment = await app.createPayment({ amount: '2000' });
    const { mark } = JSON.parse(/id="page-data">\s*(\{.*\})/.exec(await page(payment))?.[1] ?? '') as {
      mark: string;
    };
    const first = async (query: string, headers: Record<string, string> = {}) => {
      const reading = new AbortController();
      const { signal } = reading;
      const from = { 'x-forwarded-for': '192.0.2.2', ...headers };
      const stream = await fetch(`${app.url}${pathOf(payment)}/events${query}`, { signal, headers: from });
      let heard = '';
      for await (const chunk of stream.body as unknown as AsyncIterable<Uint8Array>) {
        heard += Buffer.from(chunk).toString();
        if (/data: .*\n\n$/.test(heard)) break;
      }
      reading.abort();
      return heard.replace(/^retry: \d+\n/, '');
    };
    const nothing = (version: number) => `id: ${version}\nevent: current\ndata: ${version}\n\n`;
    expect(await first(`?shown=${mark}`)).toBe(nothing(1));
    expect(await first('?shown=1-0.0.0-7')).toBe('id: 1\ndata: 1\n\n');
    expect(await first('?shown=nonsense&shown=more', { 'last-event-id': '1' })).toBe(nothing(1));
    await chain.pay(payment.address, 100n);
    await chain.mine();
    await app.waitForStatus(payment.id, 'partially_paid');
    const now = await first('');
    expect(now).toMatch(/^id: (\d+)\ndata: \1\n\n$/);
    const version = Number(/\d+/.exec(now)?.[0]);
    expect(await first('', { 'last-event-id': '1' })).toBe(now);
    expect(await first(`?shown=${mark}`)).toBe(now);
    expect(await first('', { 'last-event-id': String(version) })).toBe(nothing(version));
  });
});

describe('the way back to the shop', () => {
  it.each([
    'https://shop.example@evil.example/',
    'https://shop.example.evil.example/',
    'https://evil.example/https://shop.example/',
    '//shop.example/',
    'https:\\\\shop.example\\',
    'https://shop.example\\@evil.example/',
    'http://shop.example/',
    'https://shop.example:444/',
    'javascript:alert(1)//https://shop.example',
    'https://shop.example/\n.evil.example',
    '/thanks',
  ])('is not taken to %j', async (url) => {
    for (const field of ['success_url', 'cancel_url']) {
      const body = { chain: 'testchain', amount: '1', [field]: url };
      const answer = await app.request<{ code: string }>('POST', '/api/v1/payments', body);
      expect([answer.status, answer.body.code]).toEqual([400, 'return_url_refused']);
    }
  });

  it('carries the status, signed, and nothing else passes the verifiers', async () => {
    const urls = { success_url: `${SHOP}/thanks?order=7&status=paid`, cancel_url: `${SHOP}/cart` };
    const payment = await app.createPayment({ amount: '3000', ...urls });
    const cancelled = await get(`${pathOf(payment)}/cancel`);
    expect(cancelled.status).toBe(303);
    const back = cancelled.headers.get('location') ?? '';
    expect(back).toMatch(/^https:\/\/shop\.example\/cart\?/);
    const verified = { secret: TEST_SECRET, url: back, paymentId: payment.id };
    expect(verifyReturn(verified)).toEqual({ paymentId: payment.id, status: 'pending' });
    expect((await get(`${pathOf(payment)}/return`)).headers.get('location')).toBe(pathOf(payment));

    await chain.pay(payment.address, 3_000n);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'confirmed');
    const done = (await get(`${pathOf(payment)}/return`)).headers.get('location') ?? '';
    const url = new URL(done);
    expect([url.searchParams.get('order'), url.searchParams.getAll('status')]).toEqual(['7', ['confirmed']]);
    const refused = (change: Partial<Parameters<typeof verifyReturn>[0]>) =>
      expect(() => verifyReturn({ ...verified, url: done, ...change })).toThrow(ReturnVerificationError);
    const changed = (name: string, value: string) => {
      const other = new URL(done);
      other.searchParams.set(name, value);
      return other;
    };
    expect(verifyReturn({ ...verified, url: done }).status).toBe('confirmed');
    refused({ url: changed('status', 'settled') });
    refused({
      url: changed(
        'signature',
        url.searchParams
          .get('signature')
          ?.replace(/^./, '0f'.includes(url.searchParams.get('signature')?.[0] ?? '') ? '1' : '0') ?? '',
      ),
    });
    refused({ url: `${done}&status=settled` });
    refused({ paymentId: '0199d3a2-7c1e-7000-8000-000000000001' });
    refused({ now: Date.now() + 301_000 });
    refused({ secret: `whsec_${Buffer.alloc(24, 1).toString('base64')}` });

    const folder = join(import.meta.dirname, '../../docs/verify');
    for (const [command, file] of [
      [process.execPath, 'return.mjs'],
      ['python3', 'return.py'],
      ['php', 'return.php'],
    ] as const) {
      if (spawnSync(command, ['--version']).status !== 0) continue;
      const say = (id: string, at: string) =>
        spawnSync(command, [join(folder, file), id, at], {
          env: { ...process.env, WEBHOOK_SECRET: TEST_SECRET },
          encoding: 'utf8',
        }).stdout.trim();
      expect([file, say(payment.id, done)]).toEqual([file, 'confirmed']);
      expect([file, say(payment.id, changed('status', 'settled').href)]).toEqual([file, 'refused']);
      expect([file, say(app.merchantId, done)]).toEqual([file, 'refused']);
      expect([file, say(payment.id, changed('timestamp', '1700000000').href)]).toEqual([file, 'refused']);
    }
  });

  it('ends when the shop is taken off the list', async () => {
    const payment = await app.createPayment({ cancel_url: `${SHOP}/cart` });
    await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, { shop_origins: [] });
    expect((await get(`${pathOf(payment)}/cancel`)).headers.get('location')).toBe(pathOf(payment));
    const answer = await get(pathOf(payment));
    expect(await answer.text()).not.toContain('/cancel');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, { shop_origins: [SHOP] });
  });
});

describe('a receipt', () => {
  it('is there once it is paid, and is verified by another implementation with the public key alone', async () => {
    const payment = await app.createPayment({ amount: '5000', reference: HOSTILE });
    const unpaid = await get(`${pathOf(payment)}/receipt`);
    expect([unpaid.status, await unpaid.text()]).toEqual([
      404,
      expect.stringMatching(/There is no receipt yet.*href="\/pay\//s),
    ]);
    const early = await get(`${pathOf(payment)}/receipt.json`);
    expect([early.status, await early.text()]).toEqual([404, expect.stringContaining('no receipt yet')]);
    await chain.pay(payment.address, 5_000n);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'confirmed');
    const printed = await get(`${pathOf(payment)}/receipt`);
    expect([printed.status, printed.headers.get('cache-control')]).toEqual([200, 'private, max-age=60']);
    expect(await printed.text()).not.toContain('<script>alert');
    const { receipt, jws } = (await (await get(`${pathOf(payment)}/receipt.json`)).json()) as {
      receipt: Record<string, unknown>;
      jws: string;
    };
    expect(receipt).toMatchObject({ payment_id: payment.id, received: [{ symbol: 'ETH' }] });
    const keys = await (await get('/.well-known/quittance-receipt-keys.json')).text();
    expect(JSON.parse(Buffer.from(jws.split('.')[1] ?? '', 'base64url').toString())).toEqual(receipt);
    const [stored] = await app.database.dataSource.query<{ sealed: string }[]>(
      'SELECT sealed::text FROM receipt_keys',
    );
    expect(stored?.sealed).toContain('ciphertext');
    const verdictOn = (text: string) => {
      const file = join(mkdtempSync(join(tmpdir(), 'receipt-')), 'keys.json');
      writeFileSync(file, keys);
      const script = join(import.meta.dirname, '../../docs/verify/receipt.py');
      const ran = spawnSync('python3', [script, file], {
        input: JSON.stringify({ jws: text }),
        encoding: 'utf8',
      });
      rmSync(dirname(file), { recursive: true });
      return ran.stdout.trim();
    };
    if (spawnSync('python3', ['--version']).status !== 0) return;
    expect(verdictOn(jws)).toBe(payment.id);
    const [header, payload = '', signature] = jws.split('.');
    const forged = Buffer.from(payload, 'base64url')
      .toString()
      .replace('"5000', '"9000')
      .replace(payment.id, app.merchantId);
    expect(verdictOn([header, Buffer.from(forged).toString('base64url'), signature].join('.'))).toBe(
      'refused',
    );
  });
});

describe('public keys', () => {
  it('are read from the database no oftener than a stranger may ask', async () => {
    const asked = Array.from({ length: 130 }, (_, index) =>
      get('/.well-known/quittance-receipt-keys.json', { 'x-forwarded-for': `2001:db8:9::${index % 9}` }),
    );
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10);
    const ofEndpoint = '/.well-known/webhook-keys/0199d3a2-7c1e-7000-8000-000000000001';
    expect((await get(ofEndpoint, { 'x-forwarded-for': '2001:db8:9::1' })).status).toBe(429);
    expect((await get(ofEndpoint)).status).toBe(404);
  });
});

describe('the look of a shop', () => {
  const merchant = () => `/api/v1/merchants/${app.merchantId}`;
  const putLogo = async (body: Buffer | string, type = 'image/png', key = app.key) => {
    const answer = await fetch(`${app.url}${merchant()}/logo`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${key}`, 'content-type': type },
      body: new Uint8Array(Buffer.from(body)),
    });
    return {
      status: answer.status,
      body: (await answer.json()) as MerchantBody & { code: string; detail: string },
    };
  };
  const aLogo = () => {
    const logo = new PNG({ width: 960, height: 320 });
    logo.data.fill(127);
    return PNG.sync.write(logo);
  };

  it('is on its pages, from this server alone and kept by what is in it, and gone when it is taken away', async () => {
    const branding = {
      brand_color: '#FFCC00',
      support: 'help@shop.example',
      terms_url: 'https://shop.example/terms?a=1&b="><script>alert(1)</script>',
    };
    expect((await app.request('PATCH', merchant(), branding)).status).toBe(200);
    const set = await putLogo(aLogo());
    expect([set.status, set.body.logo]).toEqual([
      200,
      { path: expect.stringMatching(/^\/pay\/logos\/[0-9a-f]{64}\.png$/), width: 480, height: 160 },
    ]);
    const path = set.body.logo?.path ?? '';
    for (const type of ['', 'application/x-www-form-urlencoded', 'application/json', 'text/plain'])
      expect([type, (await putLogo(aLogo(), type)).body.logo]).toEqual([type, set.body.logo]);
    const payment = await app.createPayment();
    const answer = await get(pathOf(payment));
    const markup = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain(
      "style-src 'self'; connect-src 'self'; img-src 'self' data:",
    );
    expect(markup).toContain(`src="${path}"`);
    expect(markup).toContain('href="mailto:help@shop.example"');
    expect(markup).toContain('https://shop.example/terms?a=1&amp;b=%22%3E%3Cscript%3E');
    expect(markup).not.toMatch(/<script>alert| style=|<style/);

    const logo = await get(path, { host: 'evil.example' });
    const drawn = PNG.sync.read(Buffer.from(await logo.arrayBuffer()));
    expect([logo.status, drawn.width, drawn.height]).toEqual([200, 480, 160]);
    expect(Object.fromEntries(logo.headers)).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': "default-src 'none'; sandbox",
      'x-content-type-options': 'nosniff',
    });
    const [style = ''] = /\/pay\/brands\/[\w.-]+/.exec(markup) ?? [];
    const colors = await get(style);
    expect([colors.status, colors.headers.get('cache-control'), colors.headers.get('content-type')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
      'text/css; charset=utf-8',
    ]);
    expect(await colors.text()).toContain('--accent:#ffcc00;--on-accent:#0b1020');
    expect((await get(style.replace('ffcc00', 'ffcc01'))).status).toBe(404);

    const removed = await app.request<MerchantBody>('DELETE', `${merchant()}/logo`);
    expect([removed.status, removed.body.logo]).toEqual([200, null]);
    expect((await get(path)).status).toBe(404);
    await app.request('PATCH', merchant(), { brand_color: null, support: null, terms_url: null });
    expect(await page(payment)).not.toMatch(/<img(?! src="data:image\/svg\+xml,%3Csvg%20)|brands|mailto:/);
  });

  it('takes no script for a logo, no bomb and no stranger’s; nor text that is no colour, address or page', async () => {
    const zeros = deflateSync(Buffer.alloc(16 << 20));
    const bomb = Buffer.from(aLogo());
    for (const [body, why] of [
      [
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        /SVG, which can carry scripts; export it as PNG/,
      ],
      ['<script>alert(1)</script>', /neither PNG nor JPEG/],
      ['', /is missing|is empty/],
      [`--x\r\ncontent-disposition: form-data; name="f"\r\n`, /is a form; .*--data-binary/],
      [Buffer.from(aLogo().filter((byte) => byte !== 10 && byte !== 13)), /--data-binary, not -d/],
      [bomb.fill(255, 16, 20), /pixels; make it smaller/],
    ] as const) {
      const refused = await putLogo(body);
      expect([refused.status, refused.body.code]).toEqual([400, 'logo_refused']);
      expect(refused.body.detail).toMatch(why);
    }
    expect((await putLogo(zeros.toString('latin1').repeat(20))).status).toBe(413);
    expect((await putLogo(aLogo(), 'image/png', 'qk_stranger')).status).toBe(401);
    const elsewhere = await app.request('POST', '/api/v1/payments', 'x', { 'content-type': 'image/png' });
    expect(elsewhere.status).toBe(415);
    for (const field of [
      ...['red', '#fff', '#1234567', 'url(//evil.example)', '#12345;', HOSTILE].map((color) => ({
        brand_color: color,
      })),
      ...['javascript:alert(1)', 'http://shop.example', 'a@b', 'a@shop.example?bcc=x@y.example', HOSTILE].map(
        (to) => ({
          support: to,
        }),
      ),
      ...['javascript:alert(1)', '//evil.example', 'https:\\\\evil.example', 'https://a@evil.example'].map(
        (to) => ({
          terms_url: to,
        }),
      ),
      { support: `https://shop.example/${'x'.repeat(10_000)}` },
      { terms_url: `https://shop.example/${'x'.repeat(10_000)}` },
      { support: `${'x'.repeat(10_000)}@shop.example` },
    ])
      expect([field, (await app.request('PATCH', merchant(), field)).status]).toEqual([field, 400]);
  });
});

describe('the forms of the page', () => {
  const post = (path: string, fields: Record<string, string>) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-forwarded-for': '192.0.2.7' },
      body: new URLSearchParams(fields),
    });

  it('look up what a customer paid, and say so on the page', async () => {
    const payment = await app.createPayment({ amount: '4000' });
    const hash = await chain.pay(payment.address, 1_000n);
    await chain.mine();
    await app.waitForStatus(payment.id, 'partially_paid');
    const checked = await post(`${pathOf(payment)}/check`, {
      tx_hash: ` ${hash.toUpperCase().replace('0X', '0x')} `,
    });
    expect([checked.status, checked.headers.get('location')]).toEqual([
      303,
      `${pathOf(payment)}?checked=coming`,
    ]);
    const markup = await page(payment, '?checked=coming');
    expect(markup).toContain('It is on its way');
    expect(markup).toContain('data-situation="part_paid"');
    const garbage = await post(`${pathOf(payment)}/check`, { tx_hash: '<script>' });
    expect(garbage.headers.get('location')).toMatch(/checked=unreadable$/);
    for (let again = 0; again < 10; again += 1) await post(`${pathOf(payment)}/check`, { tx_hash: hash });
    expect((await post(`${pathOf(payment)}/check`, { tx_hash: hash })).headers.get('location')).toMatch(
      /checked=busy$/,
    );
  });

  it('keep what the customer pays with, for every tab and for the shop', async () => {
    const { body: payment } = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { amount: '9.20', currency: 'EUR' },
    });
    const chosen = await post(`${pathOf(payment)}/choose`, { option: '1' });
    expect([chosen.status, chosen.headers.get('location')]).toEqual([303, pathOf(payment)]);
    for (const nonsense of ['1', '7', '-1', '1e0', '<script>'])
      expect((await post(`${pathOf(payment)}/choose`, { option: nonsense })).status).toBe(303);
    const now = await app.payment(payment.id);
    expect([now.symbol, now.amount, now.version, now.options.map((option) => option.chosen)]).toEqual([
      'TUSD',
      '10000000',
      2,
      [false, true],
    ]);
    expect(await page(payment)).toMatch(/id="option-1"\s+value="1"\s+checked/);
    expect(await app.eventsOf(payment.id)).toEqual(['payment.created', 'payment.updated']);
    // What has been paid in says more than what was chosen.
    await chain.pay(payment.address, 1_000_000_000_000_000n);
    await chain.mine();
    await app.waitForStatus(payment.id, 'partially_paid');
    await post(`${pathOf(payment)}/choose`, { option: '0' });
    await post(`${pathOf(payment)}/choose`, { option: '1' });
    expect(await page(payment)).toMatch(/id="option-1"\s+value="1"\s+checked/);
    expect((await app.payment(payment.id)).symbol).toBe('ETH');
  });

  it('keep the language that was asked for, as do links and the QR code of the page', async () => {
    const { body: payment } = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { amount: '9.20', currency: 'EUR' },
      cancel_url: `${SHOP}/cart`,
    });
    const leadsOf = (markup: string) =>
      [...markup.matchAll(/(?:action|href)="([^"]+)"/g)]
        .map(([, path = '']) => path)
        .filter((path) => path.startsWith(`${pathOf(payment)}/`));
    const german = leadsOf(await page(payment, '?lang=de-AT'));
    expect(german.map((path) => path.split('/')[3])).toEqual([
      'choose?lang=de',
      'check?lang=de',
      'cancel?lang=de',
    ]);
    expect(leadsOf(await page(payment)).join()).not.toContain('lang');
    expect(leadsOf(await page(payment, '?lang=tlh')).join()).not.toContain('lang');
    const ledTo = async (path = '') =>
      (await post(path, { option: '1', tx_hash: 'x' })).headers.get('location');
    expect(await ledTo(german[0])).toBe(`${pathOf(payment)}?lang=de`);
    expect(await ledTo(german[1])).toBe(`${pathOf(payment)}?lang=de&checked=unreadable`);
    const early = await get(`${pathOf(payment)}/return?lang=de`);
    expect(early.headers.get('location')).toBe(`${pathOf(payment)}?lang=de`);
  });

  it('pay from no chain but a dev chain, and are forms of pages alone', async () => {
    const payment = await app.createPayment();
    expect(await page(payment)).not.toContain('dev-payment');
    expect((await post(`${pathOf(payment)}/dev-payment`, {})).status).toBe(404);
    expect((await post('/api/v1/payments', { chain: 'testchain', amount: '1' })).status).toBe(415);
  });
});

describe('a payment link', () => {
  const merchants = (path: string, method: string, body?: unknown, headers?: Record<string, string>) =>
    app.request<PaymentLinkView & { code: string }>(method, `/api/v1/payment-links${path}`, body, headers);
  const aLink = async (fields: object) => {
    const price = { amount: '9.20', currency: 'EUR' };
    const { status, body } = await merchants('', 'POST', { title: 'Espresso course', price, ...fields });
    expect([status, body.code]).toEqual([201, undefined]);
    return body;
  };
  const send = (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      redirect: 'manual',
      headers: { 'x-forwarded-for': `203.0.113.${(callers += 1) % 250}`, ...headers },
      body: new URLSearchParams(fields),
    });
  const pathOfLink = ({ url }: PaymentLinkView) => new URL(url ?? '').pathname;
  const nonceOf = async (path: string) => {
    const markup = await (await get(path)).text();
    return /name="nonce" value="([\w-]+)"/.exec(markup)?.[1] ?? '';
  };
  const madeBy = async ({ id }: PaymentLinkView) =>
    (await app.request<{ data: PaymentView[] }>('GET', `/api/v1/payments?limit=100&link_id=${id}`)).body.data;

  it('leads to the payment in the language that was asked for', async () => {
    const path = `${pathOfLink(await aLink({}))}?lang=tr`;
    const markup = await (await get(path)).text();
    expect(markup).toContain('Ödemeye devam et');
    expect(markup).toContain(`action="${path}"`);
    const made = await send(path, { nonce: await nonceOf(path) });
    expect([made.status, made.headers.get('location')]).toEqual([
      303,
      expect.stringMatching(/^\/pay\/\w+\?lang=tr$/),
    ]);
  });

  it('makes one payment for each form that is sent, with what its visitor wrote', async () => {
    const fields = [
      { label: 'Your <b>name</b>', required: true },
      { label: 'Note', max_length: 20 },
    ];
    const link = await aLink({ title: HOSTILE, fields, reference: 'course', success_url: `${SHOP}/thanks` });
    const path = pathOfLink(link);
    const answer = await get(path);
    const markup = await answer.text();
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(markup).not.toMatch(/<script|<b>name|\u202e/);
    expect(await madeBy(link)).toEqual([]);

    const nonce = await nonceOf(path);
    const form = { nonce, 'answer-0': ` Ada${HOSTILE}\0 `, 'answer-1': '' };
    for (const wrong of [
      { ...form, 'answer-0': ' ' },
      { ...form, 'answer-1': 'x'.repeat(10_000) },
      { ...form, nonce: `${nonce.slice(0, -2)}AA` },
      { ...form, nonce: await nonceOf(pathOfLink(await aLink({}))) },
      { ...form, nonce: '' },
    ]) {
      const refused = await send(path, wrong);
      expect(refused.status).toBe(422);
      expect(await refused.text()).not.toMatch(/<script|\u202e/);
    }
    const cross = { 'sec-fetch-site': 'cross-site' };
    expect((await send(path, form, cross)).status).toBe(422);
    expect(await madeBy(link)).toEqual([]);
    const sent = await Promise.all(Array.from({ length: 5 }, () => send(path, form)));
    const places = new Set(sent.map(({ status, headers }) => `${status} ${headers.get('location')}`));
    const [payment, ...others] = await madeBy(link);
    expect([...places]).toEqual([`303 ${pathOf(payment as PaymentView)}`]);
    expect(others).toEqual([]);
    expect(payment).toMatchObject({ reference: 'course', price: { amount: '9.20', currency: 'EUR' } });
    expect(payment?.success_url).toBe(`${SHOP}/thanks`);
    const [name, note] = payment?.link?.answers ?? [];
    expect([name?.label, note]).toEqual(['Your <b>name</b>', { label: 'Note', value: '' }]);
    expect(name?.value).toMatch(/^Ada"><script>/);
    expect(name?.value).not.toMatch(/[\0\u202e]/);
    expect(app.log.join('\n')).not.toContain(path.slice(3));
  });

  it('sells no more than its stock, whoever comes at the same time, and gives back what expires', async () => {
    const link = await aLink({ stock: 10, fields: [{ label: 'Name' }] });
    const path = pathOfLink(link);
    const nonce = await nonceOf(path);
    const customers = Array.from({ length: 50 }, (_, index) => send(path, { nonce, 'answer-0': `${index}` }));
    const answers = await Promise.all(customers);
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(10);
    expect(answers.filter(({ status }) => status === 410)).toHaveLength(40);
    const made = await madeBy(link);
    expect(made).toHaveLength(10);
    expect((await merchants(`/${link.id}`, 'GET')).body).toMatchObject({ stock_taken: 10, stock_left: 0 });
    expect(await (await get(path)).text()).toContain('Sold out');
    await app.request('POST', `/api/v1/payments/${made[0]?.id}/cancel`);
    expect((await merchants(`/${link.id}`, 'GET')).body.stock_left).toBe(1);
  });

  it('gives a few pieces of its stock to one address, and as many payments as may be unpaid to all', async () => {
    const link = await aLink({ stock: 100, fields: [{ label: 'Name' }] });
    const path = pathOfLink(link);
    const nonce = await nonceOf(path);
    const buy = async (name: string, host: string) =>
      (await send(path, { nonce, 'answer-0': name }, { 'x-forwarded-for': `2001:db8::${host}` })).status;
    const statuses = await Promise.all(['1', '2', '3', '4', '5', '6', '7'].map((name) => buy(name, name)));
    expect(statuses.sort()).toEqual([303, 303, 303, 303, 303, 429, 429]);
    expect(await madeBy(link)).toHaveLength(5);

    const free = await aLink({ fields: [{ label: 'Name' }] });
    const freeNonce = await nonceOf(pathOfLink(free));
    const asked = (name: string, headers = {}) =>
      send(pathOfLink(free), { nonce: freeNonce, 'answer-0': name }, headers);
    // One site, of as many networks as it likes, has a fifth of them at most.
    const ofSite = await Promise.all(
      Array.from({ length: 9 }, (_, index) =>
        asked(`site ${index}`, { 'x-forwarded-for': `2001:db8:5:${index}::1` }),
      ),
    );
    expect(ofSite.filter(({ status }) => status === 303)).toHaveLength(Math.ceil(UNPAID / 5));
    expect(await ofSite.find(({ status }) => status === 429)?.text()).toContain('<html');
    for (const { id } of await madeBy(free)) await app.request('POST', `/api/v1/payments/${id}/cancel`);
    const many = await Promise.all(Array.from({ length: UNPAID + 2 }, (_, index) => asked(`${index}`)));
    expect(many.filter(({ status }) => status === 429)).toHaveLength(2);
    const all = await madeBy(free);
    expect(all).toHaveLength(UNPAID + Math.ceil(UNPAID / 5));
    // A speck pays none of them: nobody buys room for more with it.
    const dusted = all.find(({ status }) => status === 'pending') as PaymentView;
    await chain.pay(dusted.address, 1n);
    await chain.mine();
    const isPaid = async () => (await madeBy(free)).some(({ status }) => status === 'partially_paid');
    await waitFor('the speck to be seen', isPaid);
    expect((await asked('one more')).status).toBe(429);
  });

  it('costs what its currency can be written in, and is bounded by such amounts', async () => {
    for (const [amount, currency, why] of WRITTEN_AMOUNTS)
      for (const field of ['amount', 'min', 'max'] as const) {
        const { status, body } = await merchants('', 'POST', {
          title: 'x',
          price: { currency, [field]: amount },
        });
        const { errors } = body as { errors?: { field: string; message: string }[] };
        const told = errors?.map((one) => [one.field, one.message]);
        if (why === null) expect([field, amount, status]).toEqual([field, amount, 201]);
        else
          expect([amount, status, told]).toEqual([
            amount,
            400,
            [[`price.${field}`, expect.stringMatching(why)]],
          ]);
      }
  });

  it('takes an amount that its visitor says, within its bounds, as people type it', async () => {
    const link = await aLink({ price: { currency: 'EUR', min: '5', max: '500' } });
    const path = pathOfLink(link);
    const nonce = await nonceOf(path);
    for (const amount of ['4.99', '500.01', '1e3', '-7', '', '0', '49.901', '<script>'])
      expect([amount, (await send(path, { nonce, amount })).status]).toEqual([amount, 422]);
    expect((await send(path, { nonce, amount: ' ١٢,٥٠ ' })).status).toBe(303);
    expect((await madeBy(link)).map(({ price }) => price?.amount)).toEqual(['12.50']);
  });

  it('gives a stranger nothing to work with: no guess, no frame, no cache, no host of theirs, no form of any length', async () => {
    const link = await aLink({ description: HOSTILE.repeat(20), fields: [{ label: HOSTILE }] });
    const path = pathOfLink(link);
    const token = path.slice('/l/'.length);
    const answer = await get(path, { host: 'evil.example', 'x-forwarded-host': 'evil.example' });
    const markup = await answer.text();
    expect(markup).not.toMatch(/evil\.example|<script|\u202e|style=/);
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain(`form-action 'self'; base-uri 'none'; frame-ancestors ${SHOP}`);
    expect(policy).not.toMatch(/unsafe|\*|nonce/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.has('set-cookie')).toBe(false);
    const next = (BigInt(`0x${token}`) + 1n).toString(16).padStart(32, '0').slice(-32);
    for (const wrong of [link.id, next, `${token}%00`, token.slice(1)])
      expect([wrong, (await get(`/l/${wrong}`)).status]).toEqual([wrong, 404]);
    const payment = await app.createPayment();
    expect((await get(`/l/${pathOf(payment).slice('/pay/'.length)}`)).status).toBe(404);
    expect((await get(`/pay/${token}`)).status).toBe(404);

    const nonce = /name="nonce" value="([\w-]+)"/.exec(markup)?.[1] ?? '';
    expect((await send(path, { nonce, 'answer-0': 'x'.repeat(70_000) })).status).toBe(413);
    expect((await send(path, { nonce: 'x'.repeat(10_000) })).status).toBe(422);
    const json = { method: 'POST', body: JSON.stringify({ nonce }) };
    const asJson = { ...json, headers: { 'content-type': 'application/json' } };
    expect((await fetch(`${app.url}${path}`, asJson)).status).toBe(422);
    expect(
      (await fetch(`${app.url}${path}`, { ...json, headers: { 'content-type': 'text/plain' } })).status,
    ).toBe(415);
    // Previews of messengers and prefetching browsers only ask.
    const asking = `${path}?${new URLSearchParams({ nonce, 'answer-0': 'x' }).toString()}`;
    const headers = { 'sec-purpose': 'prefetch;prerender', 'x-http-method-override': 'POST' };
    expect((await get(asking, headers)).status).toBe(200);
    expect((await fetch(`${app.url}${asking}`, { method: 'HEAD' })).status).toBe(200);
    expect(await madeBy(link)).toEqual([]);
  });

  it('for one payment leads every visitor to that one, and ends when its merchant says so', async () => {
    const link = await aLink({ once: true });
    const path = pathOfLink(link);
    const first = await send(path, { nonce: await nonceOf(path) });
    expect((await get(path)).headers.get('location')).toBe(first.headers.get('location'));
    const other = await aLink({});
    const nonce = await nonceOf(pathOfLink(other));
    const ended = await merchants(`/${other.id}`, 'PATCH', { active: false });
    expect([ended.body.active, ended.body.version]).toEqual([false, 2]);
    await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, { support: 'help@shop.example' });
    const over = await send(pathOfLink(other), { nonce });
    expect([over.status, await over.text()]).toEqual([
      410,
      expect.stringMatching(/Ada &lt;b&gt;.*no longer active.*mailto:help@shop\.example/s),
    ]);
    await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, { support: null });
    const list = await app.request<{ data: PaymentLinkView[] }>(
      'GET',
      '/api/v1/payment-links?active=false&limit=1',
    );
    expect(list.body.data.map(({ id }) => id)).toEqual([other.id]);
  });

  it('says what is wrong with it, and is its merchant’s alone', async () => {
    const price = { amount: '9.20', currency: 'EUR' };
    for (const [fields, code] of [
      [{ price: { ...price, amount: '9.205' } }, 'price_refused'],
      [{ price: { currency: 'XXQ' } }, 'price_refused'],
      [{ price: { currency: 'EUR', min: '9', max: '8' } }, 'validation_failed'],
      [{ price: { ...price, min: '1' } }, 'validation_failed'],
      [{ once: true, stock: 2 }, 'validation_failed'],
      [{ stock: 0 }, 'validation_failed'],
      [{ success_url: 'https://shop.example@evil.example/' }, 'return_url_refused'],
      [{ accept: [{ chain: 'nochain' }] }, 'validation_failed'],
      [{ title: 'two\nlines' }, 'validation_failed'],
    ] as const)
      expect([fields, (await merchants('', 'POST', { title: 'x', price, ...fields })).body.code]).toEqual([
        fields,
        code,
      ]);
    const headers = { 'idempotency-key': 'one-link' };
    const first = await merchants('', 'POST', { title: 'once', price }, headers);
    expect((await merchants('', 'POST', { title: 'once', price }, headers)).body.id).toBe(first.body.id);
    const { body: other } = await app.request<{ id: string }>('POST', '/api/v1/merchants', { name: 'other' });
    const theirs = { 'x-merchant-id': other.id };
    const { body: operator } = await app.request<{ key: string }>('POST', '/api/v1/api-keys', {
      operator: true,
      name: 'o',
    });
    const asOther = { ...theirs, authorization: `Bearer ${operator.key}` };
    expect((await merchants(`/${first.body.id}`, 'GET', undefined, asOther)).status).toBe(404);
    expect((await merchants(`/${first.body.id}`, 'PATCH', { active: false }, asOther)).status).toBe(404);
  });

  // The last: time that has passed on the chain stays passed.
  it('sells on what expires; late money is kept and said, above the stock; late dust holds no piece', async () => {
    const price = { amount: '0.001', currency: 'ETH', chain: 'testchain' };
    const accept = [{ chain: 'testchain' }];
    const link = await aLink({ stock: 1, price, accept, payment_expires_in_minutes: 60 });
    const path = pathOfLink(link);
    const stock = async () => {
      const { stock_taken: taken, stock_left: left } = (await merchants(`/${link.id}`, 'GET')).body;
      return { taken, left };
    };
    expect((await send(path, { nonce: await nonceOf(path) })).status).toBe(303);
    const [first] = (await madeBy(link)) as [PaymentView];
    expect(await stock()).toEqual({ taken: 1, left: 0 });
    await chain.passTime(3_700);
    await chain.mine(2);
    await app.waitForStatus(first.id, 'expired');
    expect(await stock()).toEqual({ taken: 0, left: 1 });

    const dust = 4n * 10n ** 14n;
    await chain.pay(first.address, dust);
    await chain.mine(6);
    await app.waitForStatus(first.id, 'partially_paid');
    expect(await stock()).toEqual({ taken: 0, left: 1 });
    // It goes back, and nothing is left to act on; its piece stays free.
    const refund = await waitFor('a refund', async () => {
      const body = { to: `0x${'9a'.repeat(20)}`, amount: dust.toString() };
      const answer = await app.request('POST', `/api/v1/payments/${first.id}/refunds`, body);
      return answer.status === 201 && answer;
    });
    expect(refund.status).toBe(201);
    await chain.mine();
    await waitFor('nothing to act on', async () => (await app.payment(first.id)).exception === null);
    expect(await stock()).toEqual({ taken: 0, left: 1 });
    await merchants(`/${link.id}`, 'PATCH', { payment_expires_in_minutes: 40_000 });
    expect((await send(path, { nonce: await nonceOf(path) })).status).toBe(303);
    expect(await stock()).toEqual({ taken: 1, left: 0 });
    // Part of it in time keeps the piece.
    const second = (await madeBy(link)).find(({ id }) => id !== first.id) as PaymentView;
    await chain.pay(second.address, 1n);
    await chain.mine();
    await app.waitForStatus(second.id, 'partially_paid');
    expect(await stock()).toEqual({ taken: 1, left: 0 });

    await chain.pay(first.address, 10n ** 15n);
    await chain.mine();
    expect(await app.waitForStatus(first.id, 'detected')).toMatchObject({
      exception: 'late',
      link: { id: link.id },
    });
    expect(await stock()).toEqual({ taken: 2, left: 0 });
  });
});
