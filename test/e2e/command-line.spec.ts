import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiKeyBody, type CreatedApiKeyBody, type MerchantBody } from '../../src/auth/dto/auth.dto.js';
import { type TokenConfig } from '../../src/config/chains.js';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentLinkView } from '../../src/payment-links/payment-link.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { quittance, quittanceProcess, type Ran } from '../harness/command-line.js';
import { TestChain } from '../harness/test-chain.js';
import { createDatabase } from '../harness/database.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { tempFolder } from '../harness/temp-folder.js';

const json = <T>({ out }: Ran) => JSON.parse(out) as T;

describe('the command line, on DATABASE_URL', () => {
  let app: TestApp;
  const run = (...args: string[]) =>
    quittance(args, { DATABASE_URL: app.database.url, MNEMONIC: TEST_MNEMONIC });

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app?.stop());

  it('makes a merchant and a key that work at once, and revokes it at once', async () => {
    const merchant = json<MerchantBody>(await run('merchant', 'create', 'Corner shop', '--json'));
    const create = ['key', 'create', '--merchant', merchant.id, '--scopes', 'payments:read', '--json'];
    const created = json<CreatedApiKeyBody>(await run(...create));
    expect(created).toMatchObject({ merchant_id: merchant.id, scopes: ['payments:read'] });
    expect(created.key).toMatch(/^qk_[\w-]{43}$/);
    const headers = { authorization: `Bearer ${created.key}` };
    const read = async () => (await app.request('GET', '/api/v1/payments', undefined, headers)).status;
    expect(await read()).toBe(200);

    const revoked = json<ApiKeyBody>(await run('key', 'revoke', created.id, '--json'));
    expect(revoked.revoked_at).not.toBeNull();
    expect(await read()).toBe(401);
    const listed = await run('key', 'list', '--merchant', merchant.id, '--json');
    expect(json<ApiKeyBody[]>(listed)).toEqual([
      expect.objectContaining({ id: created.id, name: created.name }),
    ]);
    expect(listed.out).not.toContain(created.key);
  });

  it('refuses the database of another wallet, whatever it was asked for', async () => {
    const MNEMONIC = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    for (const command of [
      ['merchant', 'list'],
      ['key', 'list'],
    ]) {
      const refused = await quittance(command, { DATABASE_URL: app.database.url, MNEMONIC });
      expect(refused).toMatchObject({ code: 1, out: '' });
      expect(refused.err).toMatch(
        /belong to another wallet: .* name the DATABASE_URL or DATA_DIR of this one/,
      );
    }
  });

  it('gives a merchant a tolerance, and changes it', async () => {
    const created = await run('merchant', 'create', 'Kiosk', '--underpayment-tolerance-bps', '25', '--json');
    const merchant = json<MerchantBody>(created);
    expect(merchant).toMatchObject({ name: 'Kiosk', underpayment_tolerance_bps: 25 });
    const changed = await run(
      'merchant',
      'update',
      merchant.id,
      '--underpayment-tolerance-bps',
      '100',
      '--json',
    );
    expect(json(changed)).toEqual({ ...merchant, underpayment_tolerance_bps: 100 });
    const renamed = await run('merchant', 'update', merchant.id, '--name', 'Stall', '--json');
    expect(json(renamed)).toMatchObject({ id: merchant.id, name: 'Stall', underpayment_tolerance_bps: 100 });
  });

  it('makes a payment link, shows it, lists it for a person, and ends it', async () => {
    const { id: merchant } = json<MerchantBody>(await run('merchant', 'create', 'Baker', '--json'));
    const of = ['--merchant', merchant];
    const made = await run(
      'link',
      'create',
      'Bread',
      ...of,
      '--price',
      '4.20 EUR',
      '--stock',
      '9',
      '--ask',
      'Name*,Note',
      '--json',
    );
    const link = json<PaymentLinkView>(made);
    expect(link).toMatchObject({
      title: 'Bread',
      price: { amount: '4.20', currency: 'EUR' },
      stock_left: 9,
      fields: [
        { label: 'Name', required: true, max_length: 200 },
        { label: 'Note', required: false },
      ],
    });
    await run('link', 'create', 'Tip', ...of, '--open-price', 'EUR', '--min', '1');
    const { out } = await run('link', 'list', ...of);
    expect(out).toMatch(
      /^id +title +active +price +stock_left +url\n[0-9a-f-]{36} +Tip +true +open EUR +– +http:\/\/localhost:3000\/l\/[0-9a-f]{32}\n/,
    );
    expect(json(await run('link', 'disable', link.id, '--json'))).toEqual({
      ...link,
      active: false,
      version: 2,
    });
    expect(json(await run('link', 'show', link.id, '--json'))).toMatchObject({ active: false, version: 2 });
  });

  it('prints columns for a person', async () => {
    await run('merchant', 'create', 'Flower shop');
    const { code, out } = await quittanceProcess(['merchant', 'list'], { DATABASE_URL: app.database.url });
    expect(code).toBe(0);
    expect(out.split('\n')[0]).toMatch(
      /^id +name +underpayment_tolerance_bps +accept +shop_origins +brand_color +support +terms_url +logo +created_at$/,
    );
    expect(out).toMatch(/^[0-9a-f-]{36} {2}Flower shop {2,}0( {2,}–){5} {2,}20\d\d-/m);
  });

  it('refuses mistakes in a line each, and exits with 1', async () => {
    const mistakes: [string[], RegExp][] = [
      [['merchants'], /unknown command 'merchants'/],
      [['merchant', 'create', 'Corner', 'shop'], /too many arguments/],
      [['merchant', 'create', 'a\nb'], /one line of text/],
      [['merchant', 'update', randomUUID()], /say what to change/],
      [['merchant', 'create', 'x', '--accept', 'mars/ETH'], /there is no chain "mars" here: none/],
      [['merchant', 'create', 'x', '--accept', 'ETH'], /ETH is not chain\/SYMBOL/],
      [['merchant', 'create', 'x', '--underpayment-tolerance-bps', '5%'], /5% is not from 0 to 1000/],
      [['key', 'create', '--merchant', 'shop'], /"shop" is no id.*merchant list/],
      [
        ['key', 'create', '--merchant', randomUUID(), '--scopes', 'payments'],
        /scopes: must be chosen from payments:read/,
      ],
      [['key', 'revoke', randomUUID()], /there is no API key/],
      [['link', 'show', randomUUID()], /there is no payment link/],
      [['link', 'list', '--merchant', randomUUID()], /there is no merchant/],
      [['link', 'create', 'x', '--merchant', randomUUID()], /say what it costs/],
      [['link', 'create', 'x', '--merchant', randomUUID(), '--price', '5'], /write "49.90 EUR"/],
      [['link', 'create', 'x', '--merchant', randomUUID(), '--price', '5 EUR', '--stock', '0'], /above 0/],
    ];
    // One after the other: commands that write events define metrics, which a process has once.
    for (const [args, why] of mistakes) {
      const { code, out, err } = await run(...args);
      expect({ code, out }).toEqual({ code: 1, out: '' });
      expect(err).toMatch(why);
      expect(err).not.toMatch(/\n +at /);
    }
  });

  it('says in one line that a database does not answer, without its password', async () => {
    const url = 'postgres://quittance:hunter2@127.0.0.1:1/quittance';
    const { code, err } = await quittanceProcess(['merchant', 'list'], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(err).toBe(
      'the database at 127.0.0.1:1 cannot be reached (ECONNREFUSED); fix DATABASE_URL, or start it\n',
    );
  });

  it('leaves the schema of a database alone, and says what it lacks', async () => {
    const empty = await createDatabase({ empty: true });
    const { code, err } = await quittance(['merchant', 'list'], { DATABASE_URL: empty.url });
    await empty.drop();
    expect({ code, err }).toMatchObject({ code: 1, err: expect.stringMatching(/schema is not up to date/) });
  });
});

describe('scanner rescan', () => {
  let chain: TestChain;
  let app: TestApp;
  const folder = tempFolder();

  beforeAll(async () => {
    chain = await TestChain.start();
    writeChainsFile(join(folder.path, 'chains.yaml'), chain.config);
    app = await TestApp.start({ chains: [chain.config] });
  });
  afterAll(async () => {
    await app?.stop();
    await chain?.stop();
    folder.remove();
  });

  const rescan = (...args: string[]) =>
    quittance(['scanner', 'rescan', ...args, '--json'], {
      DATABASE_URL: app.database.url,
      CHAINS_FILE: join(folder.path, 'chains.yaml'),
    });
  const everything = () =>
    Promise.all([
      app.database.dataSource.query('SELECT * FROM payments ORDER BY id'),
      app.database.dataSource.query('SELECT * FROM events ORDER BY position'),
      app.database.dataSource.query(
        'SELECT tx_hash, ordinal, kind, block_hash, amount, state, payment_id FROM transfers ORDER BY tx_hash, ordinal',
      ),
    ]);

  it('gives a merchant assets to be paid in, of those that chains.yaml has', async () => {
    const merchant = (...args: string[]) =>
      quittance(['merchant', ...args, '--json'], {
        DATABASE_URL: app.database.url,
        CHAINS_FILE: join(folder.path, 'chains.yaml'),
      });
    const ether = { chain: 'testchain', token_id: null };
    const created = await merchant('create', 'Kiosk', '--accept', 'testchain/ETH');
    expect(created).toMatchObject({ code: 0, err: '' });
    const choosy = json<MerchantBody>(created);
    expect(choosy.accept).toEqual([ether]);
    const accept = (assets: string) => merchant('update', choosy.id, '--accept', assets);
    const token = chain.config.tokens[0] as TokenConfig;
    const listed = { chain: 'testchain', token_id: tokenId(chain.config.chainId, token.address) };
    const both = await accept(`testchain/${token.address},testchain/ETH,testchain/${token.symbol}`);
    expect(both).toMatchObject({ code: 0, err: '' });
    expect(json<MerchantBody>(both).accept).toEqual([listed, ether]);
    expect((await accept('testchain/XYZ')).err).toMatch(/chain "testchain" has no "XYZ": ETH, TUSD/);
    const all = await accept('all');
    expect(all).toMatchObject({ code: 0, err: '' });
    expect(json<MerchantBody>(all).accept).toBeNull();
  });

  it('records what is missing, counts it once, and changes nothing that is right', async () => {
    const payments = [await app.createPayment(), await app.createPayment({ amount: '400' })];
    for (const { address } of payments) await chain.pay(address, 400n);
    await chain.mine(4);
    await app.waitForStatus(payments[1]!.id, 'confirmed');
    const height = await chain.height();
    const before = await everything();
    const range = ['--chain', 'testchain', '--from', '1', '--to', String(height)];
    expect(json(await rescan(...range))).toEqual({
      blocks: height,
      found: 2,
      added: 0,
      unsearched: [],
      unexplained: [],
    });
    expect(await everything()).toEqual(before);

    // As if a node had hidden it while it was scanned.
    await app.database.dataSource.query('DELETE FROM transfers WHERE payment_id = $1', [payments[0]!.id]);
    await app.database.dataSource.query(
      `UPDATE payments SET status = 'pending', amount_received = 0, amount_confirmed = 0 WHERE id = $1`,
      [payments[0]!.id],
    );
    await app.database.dataSource.query(
      'UPDATE payment_options SET amount_received = 0, amount_confirmed = 0 WHERE payment_id = $1',
      [payments[0]!.id],
    );
    expect(json(await rescan(...range))).toMatchObject({ found: 2, added: 1, unexplained: [] });
    expect(await app.payment(payments[0]!.id)).toMatchObject({
      status: 'partially_paid',
      amount_received: '400',
    });
  });

  it('tells what the chain does not show, and leaves it alone', async () => {
    const payment = await app.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(4);
    const { transfers } = await app.waitForStatus(payment.id, 'confirmed');
    const wrong = `0x${'ab'.repeat(32)}`;
    const change = 'UPDATE transfers SET tx_hash = $2 WHERE tx_hash = $1';
    await app.database.dataSource.query(change, [transfers[0]!.tx_hash, wrong]);
    const block = String(transfers[0]!.block_number);
    const ran = await rescan('--chain', 'testchain', '--from', block, '--to', block);
    expect(ran.code).toBe(2);
    expect(json(ran)).toMatchObject({ unexplained: [{ tx_hash: wrong, payment_id: payment.id }] });
  });

  it('refuses what it cannot read again', async () => {
    const refused = async (...args: string[]) => {
      const { code, err } = await rescan(...args);
      expect(code).toBe(1);
      return err;
    };
    expect(await refused('--chain', 'nochain', '--from', '1', '--to', '2')).toMatch(
      /no chain is named nochain; there are: testchain/,
    );
    expect(await refused('--chain', 'testchain', '--from', '3', '--to', '2')).toMatch(/3 is above block 2/);
    expect(await refused('--chain', 'testchain', '--from', '1', '--to', '999999')).toMatch(
      /999999 has not been scanned yet/,
    );
    expect(await refused('--chain', 'testchain', '--from', 'x', '--to', '2')).toMatch(
      /--from x is no block number/,
    );
  });
});
