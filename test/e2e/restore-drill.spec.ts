import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { type PaymentLinkView } from '../../src/payment-links/payment-link.view.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC, TEST_SECRET, TestApp } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance } from '../harness/command-line.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { Receiver } from '../harness/receiver.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const XPUB = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter()
  .extendedKey;
/** What COPY has to write in its own way. */
const ODD = 'a tab\t, a line\nend, a \\. and \\N, "quotes", 🙂 and \u2028';

interface Deposit {
  id: string;
  payment_id: string;
  tx_hash: string;
  amount: string;
  reason: string;
  reason_text: string;
}

/** Every row of a database, by table, whatever order the rows are in. */
async function contents({ dataSource }: TestDatabase): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const { tableName } of dataSource.entityMetadatas) {
    const [row] = await dataSource.query<{ rows: string }[]>(
      `SELECT count(*) || ' ' || md5(coalesce(string_agg(one::text, ',' ORDER BY one::text), '')) AS rows FROM ${tableName} one`,
    );
    found[tableName] = row?.rows ?? '';
  }
  return found;
}

describe('the day the database is lost', () => {
  let chain: TestChain;
  let receiver: Receiver;
  let app: TestApp;
  let restored: TestDatabase;
  const folder = tempFolder();
  const file = join(folder.path, 'quittance.backup');
  const chainsFile = join(folder.path, 'chains.yaml');
  let before: Record<string, string>;
  let waiting: PaymentView;
  let lost: PaymentView[];
  let course: PaymentLinkView;
  let donations: PaymentLinkView;
  let lostPage: string;
  const given: string[] = [];

  const settings = (url: string) => ({
    DATABASE_URL: url,
    CHAINS_FILE: chainsFile,
    XPUB,
    DATA_DIR: folder.path,
  });
  async function payment(body: Record<string, unknown> = {}): Promise<PaymentView> {
    const made = await app.createPayment(body);
    given.push(made.address);
    return made;
  }

  const pathOf = ({ url }: PaymentLinkView) => new URL(url ?? '').pathname;
  /** As a visitor's browser does. @returns the path of the payment's page */
  async function buy(link: PaymentLinkView): Promise<string> {
    const path = `${app.url}${pathOf(link)}`;
    const [, nonce = ''] = /name="nonce" value="([^"]+)"/.exec(await (await fetch(path)).text()) ?? [];
    const body = new URLSearchParams({ nonce });
    const made = await fetch(path, { method: 'POST', redirect: 'manual', body });
    given.push(
      (await app.request<{ data: PaymentView[] }>('GET', `/api/v1/payments?link_id=${link.id}`)).body.data[0]
        ?.address ?? '',
    );
    return made.headers.get('location') ?? '';
  }

  beforeAll(async () => {
    chain = await TestChain.start();
    receiver = await Receiver.start();
    writeChainsFile(chainsFile, chain.config);
    app = await TestApp.start({
      chains: [chain.config],
      settings: { webhookUrl: receiver.url, publicUrl: 'https://pay.example' },
    });
    const paid = await payment({ reference: 'paid before', metadata: { note: ODD } });
    waiting = await payment({ reference: 'waits for its money' });
    const price = { amount: '1', currency: 'ETH', chain: 'testchain' };
    const link = async (body: object) =>
      (await app.request<PaymentLinkView>('POST', '/api/v1/payment-links', { title: 'link', price, ...body }))
        .body;
    course = await link({ stock: 1 });
    donations = await link({});
    await chain.pay(paid.address, 1_500n);
    await chain.mine(4);
    await app.waitForStatus(paid.id, 'confirmed');
    await app.request('POST', `/api/v1/payments/${paid.id}/refunds`, { to: chain.payer, amount: '500' });
    await waitFor('the webhooks of what was before', () => receiver.received.length >= 4);
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.stop();
    await restored?.drop();
    await chain?.stop();
    folder.remove();
  });

  it('has a backup, taken while it ran', async () => {
    before = await contents(app.database);
    const ran = await quittance(['backup', file, '--json'], { DATABASE_URL: app.database.url });
    expect({ code: ran.code, err: ran.err }).toEqual({ code: 0, err: '' });
    expect(await contents(app.database)).toEqual(before);
    const made = JSON.parse(ran.out) as { rows: number; sha256: string };
    expect(made.rows).toBeGreaterThan(20);
    const checked = await quittance(['backup', file, '--check', '--json'], {});
    expect(JSON.parse(checked.out)).toMatchObject({ rows: made.rows, sha256: made.sha256 });
    expect(await quittance(['backup', file], { DATABASE_URL: app.database.url })).toMatchObject({
      code: 1,
      err: expect.stringMatching(/exists already, and no backup is overwritten/),
    });
    expect(gunzipSync(readFileSync(file)).toString()).not.toContain(TEST_SECRET);
  });

  it('leaves nothing out in silence', async () => {
    const url = app.database.url;
    await app.database.dataSource.query('CREATE TABLE of_another_program (id int)');
    const refused = await quittance(['backup', join(folder.path, 'shared')], { DATABASE_URL: url });
    expect(refused).toMatchObject({
      code: 1,
      err: expect.stringMatching(/no migration .* of_another_program/),
    });
    const known = await quittance(['backup', join(folder.path, 'shared'), '--only-known'], {
      DATABASE_URL: url,
    });
    expect(known.code).toBe(0);
    await app.database.dataSource.query('DROP TABLE of_another_program');
  });

  it('is restored from nothing else than a whole backup, into nothing else than an empty database', async () => {
    lost = [await payment({ reference: 'after-1' }), await payment(), await payment()];
    lostPage = await buy(course);
    expect((await fetch(`${app.url}${lostPage}`)).status).toBe(200);
    await app.close();
    restored = await createDatabase({ empty: true });
    const text = gunzipSync(readFileSync(file));
    const damaged = join(folder.path, 'damaged.backup');
    const refusals: [Buffer, RegExp][] = [
      [readFileSync(file).subarray(0, 900), /cannot be restored: .*Take another copy/],
      [gzipSync(text.subarray(0, text.length - 200)), /cannot be restored: it ends too early/],
      [
        gzipSync(Buffer.from(text.toString().replace('paid before', 'paid behind'))),
        /its checksum is another one/,
      ],
      [Buffer.from('-- PostgreSQL database dump'), /cannot be restored/],
    ];
    for (const [bytes, said] of refusals) {
      writeFileSync(damaged, bytes);
      const ran = await quittance(['restore', damaged], settings(restored.url));
      expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(said) });
    }
    const otherWallet = {
      ...settings(restored.url),
      XPUB: '',
      MNEMONIC: HDNodeWallet.createRandom().mnemonic?.phrase ?? '',
    };
    expect((await quittance(['restore', file], otherWallet)).err).toMatch(/belong to another wallet/);
    expect((await quittance(['restore', file], settings(app.database.url))).err).toMatch(
      /the database is not empty: it has \d+ tables/,
    );
    const tables = await restored.dataSource.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`);
    expect(tables).toHaveLength(0);
  });

  it('is restored with every row there was, past the addresses given out since', async () => {
    const ran = await quittance(['restore', file, '--json'], settings(restored.url));
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ran.out)).toMatchObject({
      first_skipped: 2,
      next_index: 402,
      notified_of_skipped: app.merchantId,
      signing: 'paused',
      links_paused: 1,
      paused_links: [{ id: course.id, merchant_id: app.merchantId, title: 'link' }],
    });
    const now = await contents(restored);
    const changed = Object.keys(now).filter((table) => now[table] !== before[table]);
    expect(changed.sort()).toEqual([
      'derivation_jumps',
      'payment_links',
      'restored_chains',
      'skipped_addresses',
      'sweeper_controls',
    ]);
  });

  it('goes on: what was paid meanwhile is found, and told of where its payment is lost', async () => {
    const [first, second] = lost as [PaymentView, PaymentView];
    const paidAfter = [await chain.pay(first.address, 1_000n), await chain.payToken(second.address, 70n)];
    await chain.pay(waiting.address, 1_000n);
    await chain.mine(4);
    app = await TestApp.start({
      chains: [chain.config],
      settings: { webhookUrl: receiver.url, publicUrl: 'https://pay.example' },
      before: { database: restored, merchantId: app.merchantId, key: app.key } as TestApp,
    });
    await app.waitForStatus(waiting.id, 'confirmed');
    const unassigned = () =>
      app
        .request<{ data: Deposit[] }>('GET', '/api/v1/deposits?assigned=false')
        .then(({ body }) =>
          body.data.filter(({ reason }) => reason === 'after_watch' || reason === 'wrong_asset'),
        );
    await waitFor('the deposits of the lost payments', async () => (await unassigned()).length === 2);
    const deposits = await unassigned();
    expect(deposits.map(({ tx_hash }) => tx_hash).sort()).toEqual(paidAfter.sort());
    for (const { reason_text } of deposits)
      expect(reason_text).toMatch(/lost with a database.*your own records/);
    const native = deposits.find(({ amount }) => amount === '1000') as Deposit;
    expect(await app.payment(native.payment_id)).toMatchObject({
      status: 'expired',
      address: first.address,
      metadata: { lost_payment: expect.stringContaining('backup of') },
    });
    await waitFor(
      'the webhooks of the lost payments',
      () => receiver.received.filter(({ json }) => json.type === 'deposit.unassigned').length >= 2,
    );
  });

  it('sells nothing of a stock twice: its link is paused until the merchant knows what was sold', async () => {
    const missing = await fetch(`${app.url}${lostPage}`);
    expect([missing.status, missing.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect((await fetch(`${app.url}${pathOf(course)}`)).status).toBe(410);
    const { body } = await app.request<PaymentLinkView>('GET', `/api/v1/payment-links/${course.id}`);
    expect(body).toMatchObject({ active: false, stock: 1, stock_left: 1 });
    expect(await buy(donations)).toMatch(/^\/pay\//);
  });

  it('has a lost payment confirmed once its deposit is accepted', async () => {
    const { body } = await app.request<{ data: Deposit[] }>('GET', '/api/v1/deposits?assigned=false');
    const native = body.data.find(({ reason }) => reason === 'after_watch') as Deposit;
    const accepted = await app.request('POST', `/api/v1/deposits/${native.id}/accept`, {});
    expect(accepted.status).toBeLessThan(300);
    await chain.mine(4);
    await app.waitForStatus(native.payment_id, 'confirmed');
  });

  it('gives no address twice', async () => {
    const made = await Promise.all([app.createPayment(), app.createPayment()]);
    const all = [...given, ...made.map(({ address }) => address)];
    expect(new Set(all).size).toBe(all.length);
  });

  it('knows in a scan of the wallet how far it has to go, also past a jump wider than the gap limit', async () => {
    const near = { ...settings(restored.url), WALLET_GAP_LIMIT: '20' };
    const jump = await quittance(['wallet', 'skip', '--to', '450', '--json'], near);
    expect(JSON.parse(jump.out)).toMatchObject({ first_skipped: 405, next_index: 450 });
    expect(jump.err).toMatch(/write it down: .*--at-least 450/);
    const far = await app.createPayment();
    await chain.pay(far.address, 9n);
    await chain.mine();
    const found = async (url: string, ...args: string[]) => {
      const ran = await quittance(['wallet', 'scan', '--json', ...args], { ...near, DATABASE_URL: url });
      const { deposits } = JSON.parse(ran.out) as { deposits: { index: number }[] };
      return [...new Set(deposits.map(({ index }) => index))];
    };
    expect(await found(restored.url)).toEqual([0, 1, 2, 3, 450]);
    const gone = 'postgres://nobody@127.0.0.1:1/gone';
    expect(await found(gone)).toEqual([0, 1, 2, 3]);
    expect(await found(gone, '--at-least', '450')).toEqual([0, 1, 2, 3, 450]);
  });

  it('watches what was given out while the backup was made, which has the sequence beyond it and not its payment', async () => {
    const [{ index }] = await restored.dataSource.query<[{ index: string }]>(
      `SELECT nextval('derivation_index_seq') AS index`,
    );
    const skipped = await quittance(['wallet', 'skip', '--to', '470', '--json'], settings(restored.url));
    expect(JSON.parse(skipped.out)).toMatchObject({ first_skipped: Number(index) + 1, next_index: 470 });
    const { address } = HDNodeWallet.fromExtendedKey(XPUB).derivePath(`0/${index}`);
    const transaction = await chain.pay(address, 77n);
    await chain.mine(4);
    const deposits = () =>
      app
        .request<{ data: Deposit[] }>('GET', '/api/v1/deposits?assigned=false')
        .then(({ body }) => body.data.filter(({ tx_hash }) => tx_hash === transaction));
    await waitFor('the deposit of the payment', async () => (await deposits()).length === 1);
    await expect(deposits()).resolves.toMatchObject([{ amount: '77', reason: 'after_watch' }]);
  });
});
