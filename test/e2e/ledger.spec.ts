import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance, type Ran } from '../harness/command-line.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';
import { type TokenAddress } from '../../src/ids/ids.js';

interface Checked {
  ok: boolean;
  chains: {
    block_number: number;
    block_hash: string;
    addresses: number;
    balances: { account: string; asset: string; ledger: string; on_chain: string | null }[];
    differences: string[];
    notes: string[];
  }[];
}

interface Line {
  kind: string;
  reverses: string | null;
  transaction_id: string;
  tx_hash: string;
  account: string;
  address: string | null;
  token: string | null;
  amount: string;
}

const XPUB = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter()
  .extendedKey;
const json = <T>({ out }: Ran) => JSON.parse(out) as T;

let chain: TestChain;
let app: TestApp;
let other: TokenAddress;
const folder = tempFolder();
const chainsFile = join(folder.path, 'chains.yaml');

beforeAll(async () => {
  chain = await TestChain.start();
  other = await chain.deployToken();
  const tokens = [...chain.config.tokens, { symbol: 'OTHER', address: other, decimals: 6, enabled: true }];
  const config = { ...chain.config, tokens };
  writeChainsFile(chainsFile, config);
  app = await TestApp.start({ chains: [config] });
});
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
  folder.remove();
});

const ledger = (args: string[], settings: Record<string, string> = {}) =>
  quittance(['ledger', ...args], {
    DATABASE_URL: app.database.url,
    CHAINS_FILE: chainsFile,
    MNEMONIC: TEST_MNEMONIC,
    ...settings,
  });
const check = async (settings?: Record<string, string>) => {
  await app.waitForBlock(await chain.height());
  const ran = await ledger(['check', '--json'], settings);
  if (ran.out === '') throw new Error(ran.err);
  return { code: ran.code, ...json<Checked>(ran) };
};
const exported = async (...args: string[]) => json<Line[]>(await ledger(['export', ...args, '--json']));
const balance = ({ chains: [checked] }: Checked, account: string, asset: string) =>
  checked?.balances.find((one) => one.account === account && one.asset === asset);
const balanceOf = (address: string) => chain.rpc<string>('eth_getBalance', [address, 'latest']);

describe('the ledger', () => {
  let native: PaymentView;
  let inToken: PaymentView;

  it('equals the chain, with all that reached us, whether it counts or not', async () => {
    native = await app.createPayment();
    const tokens = await app.request<{ data: { tokens: { id: string; symbol: string }[] }[] }>(
      'GET',
      '/api/v1/chains',
    );
    const token = tokens.body.data[0]?.tokens.find(({ symbol }) => symbol === 'TUSD');
    inToken = await app.createPayment({ token_id: token?.id });
    await chain.pay(native.address, 1_000n);
    await chain.pay(native.address, 1n);
    await chain.payToken(inToken.address, 1_000n);
    await chain.payToken(inToken.address, 77n, other);
    await chain.pay(inToken.address, 5n);
    await chain.mine(4);
    await app.waitForStatus(inToken.id, 'confirmed');

    const checked = await check();
    expect(checked).toMatchObject({ code: 0, ok: true });
    const head = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', ['latest', false]);
    expect(checked.chains[0]).toMatchObject({
      block_number: await chain.height(),
      block_hash: head.hash,
      addresses: 2,
      differences: [],
      notes: [],
    });
    for (const [asset, amount] of [
      ['ETH', '1006'],
      ['TUSD', '1000'],
      ['OTHER', '77'],
    ] as const) {
      expect(balance(checked, 'deposit', asset)).toMatchObject({ ledger: amount, on_chain: amount });
      expect(balance(checked, 'customer', asset)).toMatchObject({ ledger: `-${amount}`, on_chain: null });
    }
  });

  it('reverses what a reorg took away, in new lines, and equals the chain again', async () => {
    const payment = await app.createPayment();
    const hash = await chain.pay(payment.address, 300n);
    await chain.mine(2);
    await app.waitForStatus(payment.id, 'partially_paid');
    await chain.reorg(2);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'pending');
    const lines = (await exported('--from', '2000-01-01')).filter(({ tx_hash }) => tx_hash === hash);
    const [posting] = lines;
    expect(lines.map(({ account, amount, reverses }) => [account, amount, reverses])).toEqual([
      ['customer', '-300', null],
      ['deposit', '300', null],
      ['customer', '300', posting?.transaction_id],
      ['deposit', '-300', posting?.transaction_id],
    ]);
    expect(await check()).toMatchObject({ code: 0, ok: true });
  });

  it('tells money that nobody booked, and money that is gone, in words, and exits with 2', async () => {
    const held = await balanceOf(native.address);
    await chain.rpc('anvil_setBalance', [native.address, '0x3f0']);
    await chain.rpc('anvil_setBalance', [inToken.address, '0x1']);
    await chain.mine();
    const checked = await check();
    expect(checked).toMatchObject({ code: 2, ok: false });
    const found = checked.chains[0]?.differences ?? [];
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(
      new RegExp(
        `${native.address} \\(index 0\\) holds 7 base units \\(0.000000000000000007 ETH\\) more than is booked`,
      ),
    );
    expect(found[1]).toMatch(
      new RegExp(`${inToken.address} \\(index 1\\) holds 4 base units .* less than is booked`),
    );
    const told = await ledger(['check']);
    expect(told.code).toBe(2);
    expect(told.out).toMatch(/^DIFFERENCE {2}deposit address 0x\w{40} \(index 0\) holds 7 base units/m);

    const offline = await check({ MNEMONIC: '', XPUB });
    expect(offline.chains[0]?.differences).toHaveLength(1);
    expect(offline.chains[0]?.notes).toEqual([
      '4 base units (0.000000000000000004 ETH) were moved from deposit addresses with your own wallet',
    ]);
    await chain.rpc('anvil_setBalance', [native.address, held]);
    await chain.rpc('anvil_setBalance', [inToken.address, '0x5']);
    await chain.mine();
    expect(await check()).toMatchObject({ code: 0 });
  });

  it('tells a line that was left out of the books', async () => {
    const { dataSource } = app.database;
    await dataSource.query('ALTER TABLE ledger_entries DISABLE TRIGGER USER');
    await dataSource.query(`DELETE FROM ledger_entries WHERE abs(amount) = 77`);
    const checked = await check();
    expect(checked.code).toBe(2);
    expect(checked.chains[0]?.differences).toEqual([
      expect.stringMatching(/holds 77 base units \(0.000077 OTHER\) more than is booked: money was missed/),
    ]);
    await dataSource.query('ALTER TABLE ledger_entries ENABLE TRIGGER USER');
  });

  it('is exported as CSV by when it was booked, and refuses moments that are none', async () => {
    const today = new Date().toISOString().slice(0, 10);
    const { out } = await ledger(['export', '--from', today, '--to', today]);
    const [header, ...lines] = out.trimEnd().split('\r\n');
    expect(header).toBe(
      'booked_at,block_time,chain,chain_id,block_number,block_hash,tx_hash,transaction_id,kind,reverses,payment_id,account,address,token,symbol,decimals,amount,price_currency,value',
    );
    expect(lines.length).toBeGreaterThanOrEqual(8);
    expect(lines[0]).toMatch(
      /^20\d\d-\d\d-\d\dT[\d:.]+Z,.*,testchain,31337,\d+,0x\w{64},0x\w{64},[\w-]{36},deposit,,/,
    );
    expect(await exported('--from', '2000-01-01', '--to', '2000-12-31')).toEqual([]);
    expect(await exported('--from', '2000-01-01', '--chain', 'testchain')).toHaveLength(lines.length);
    for (const args of [
      ['--from', 'yesterday'],
      ['--from', '2026-01-01T10:00'],
      ['--from', '2026-02-01', '--to', '2026-01-01'],
    ]) {
      const { code, err } = await ledger(['export', ...args]);
      expect({ code, err }).toMatchObject({
        code: 1,
        err: expect.stringMatching(/is no moment|is not before --to/),
      });
    }
  });

  it('says that a node is on another branch than what was scanned, and compares nothing', async () => {
    const fork = await chain.twin();
    await fork.passTime(60);
    await fork.mine(3);
    await chain.mine(2);
    await app.waitForBlock(await chain.height());
    const path = join(folder.path, 'fork.yaml');
    writeChainsFile(path, fork.config);
    const { code, out } = await ledger(['check'], { CHAINS_FILE: path });
    await fork.stop();
    expect(code).toBe(3);
    expect(out).toMatch(
      /^testchain\nNOT CHECKED {2}the whole chain: .*(reorg is under way|cannot be read).*\s*$/,
    );
  });
});

describe('a database from before the ledger', () => {
  it('gets its books by migrating', async () => {
    const { dataSource } = app.database;
    const sums = () =>
      dataSource.query(
        `SELECT account, address, token_address, sum(amount) FROM ledger_entries
         GROUP BY 1, 2, 3 HAVING sum(amount) <> 0 ORDER BY 1, 2, 3`,
      );
    await app.close();
    const newest = async () => {
      const [row] = await dataSource.query<{ name: string }[]>(
        'SELECT name FROM migrations ORDER BY timestamp DESC LIMIT 1',
      );
      return row?.name ?? '';
    };
    while (!(await newest()).startsWith('Ledger')) await dataSource.undoLastMigration();
    await dataSource.undoLastMigration();
    await dataSource.runMigrations();
    const after = await sums();
    expect(after).toHaveLength(7);
    const ran = await ledger(['check', '--json']);
    expect({ code: ran.code, ...json<Checked>(ran) }).toMatchObject({ code: 0, ok: true });
  });
});
