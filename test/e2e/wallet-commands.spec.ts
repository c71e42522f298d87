import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { compile } from '../contracts/compile.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { writeChainsFile } from '../harness/chains-file.js';
import { quittance, quittanceProcess, type Ran } from '../harness/command-line.js';
import { tempFolder } from '../harness/temp-folder.js';
import { TestChain } from '../harness/test-chain.js';

const XPUB = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'").neuter()
  .extendedKey;

interface Funds {
  chains: { chain: string; chain_id: number; block_number: number; block_hash: string }[];
  deposits: { asset: string; token: string | null; path: string; address: string; balance: string }[];
  totals: { asset: string; addresses: number; balance: string }[];
}

const json = <T>({ out }: Ran) => JSON.parse(out) as T;

describe('wallet new', () => {
  it('makes a wallet whose xpub is its own, another one each time, and stores nothing', async () => {
    const folder = tempFolder();
    const settings = { NODE_ENV: 'production', DATA_DIR: folder.path };
    const make = (...args: string[]) => quittance(['wallet', 'new', ...args], settings);
    const [long, again, short] = await Promise.all([
      quittanceProcess(['wallet', 'new', '--json'], settings, folder.path),
      make('--json'),
      make('--words', '12', '--json'),
    ]);
    const wallets = [long, again, short].map((ran) => json<{ mnemonic: string; xpub: string }>(ran));
    expect(wallets.map(({ mnemonic }) => mnemonic.split(' ').length)).toEqual([24, 24, 12]);
    for (const { mnemonic, xpub } of wallets) {
      const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), "m/44'/60'/0'");
      expect(xpub).toBe(account.neuter().extendedKey);
    }
    expect(new Set(wallets.map(({ mnemonic }) => mnemonic)).size).toBe(3);
    expect(readdirSync(folder.path)).toEqual([]);
    folder.remove();
  });

  it('prints the settings of both ways of custody, for a person', async () => {
    const { out, code } = await quittance(['wallet', 'new'], {});
    expect(code).toBe(0);
    expect(out).toMatch(/^XPUB=xpub\w{107}$/m);
    expect(out).toMatch(/^MNEMONIC="([a-z]+ ){23}[a-z]+"$/m);
  });
});

describe('what deposit addresses hold', () => {
  let chain: TestChain;
  let app: TestApp;
  const folder = tempFolder();
  const payments: PaymentView[] = [];
  const chainsFile = join(folder.path, 'chains.yaml');
  const xpubFile = join(folder.path, 'xpub');
  const pathOf = (index: number) => `m/44'/60'/0'/0/${index}`;

  /** A person with the mnemonic moves everything out of a deposit address. */
  async function empty(address: string, amount: bigint): Promise<void> {
    await chain.rpc('anvil_impersonateAccount', [address]);
    const gasPrice = BigInt(await chain.rpc<string>('eth_gasPrice'));
    const value = `0x${(amount - 21_000n * gasPrice).toString(16)}`;
    await chain.rpc('eth_sendTransaction', [
      { from: address, to: chain.payer, value, gas: '0x5208', gasPrice: `0x${gasPrice.toString(16)}` },
    ]);
    await chain.mine();
    expect(await chain.rpc('eth_getBalance', [address, 'latest'])).toBe('0x0');
  }

  beforeAll(async () => {
    chain = await TestChain.start();
    writeChainsFile(chainsFile, chain.config);
    writeFileSync(xpubFile, `${XPUB}\n`);
    app = await TestApp.start({ chains: [chain.config] });
    for (let index = 0; index < 40; index += 1) payments.push(await app.createPayment());
    const at = (index: number) => (payments[index] as PaymentView).address;
    await chain.pay(at(2), 1_000n);
    await chain.pay(at(18), 10n ** 18n);
    await chain.pay(at(33), 700n);
    await chain.payToken(at(33), 55n);
    await chain.mine(4);
    await app.waitForStatus((payments[2] as PaymentView).id, 'confirmed');
    await empty(at(18), 10n ** 18n);
  });
  afterAll(async () => {
    await app?.close();
    await chain?.stop();
    folder.remove();
  });

  const expected = () => [
    { index: 2, path: pathOf(2), asset: 'ETH', token: null, balance: '1000' },
    { index: 33, path: pathOf(33), asset: 'ETH', token: null, balance: '700' },
    { index: 33, path: pathOf(33), asset: 'TUSD', token: chain.token.toLowerCase(), balance: '55' },
  ];
  const totals = () => [
    expect.objectContaining({ asset: 'ETH', addresses: 2, balance: '1700' }),
    expect.objectContaining({ asset: 'TUSD', addresses: 1, balance: '55' }),
  ];
  const exported = (...args: string[]) =>
    quittance(['wallet', 'export', ...args], {
      DATABASE_URL: app.database.url,
      CHAINS_FILE: chainsFile,
      XPUB_FILE: xpubFile,
    });

  it('is exported with paths, balances, totals and the block it is of', async () => {
    const funds = json<Funds>(await exported('--json'));
    expect(funds.deposits).toEqual(expected().map((row) => expect.objectContaining(row)));
    expect(funds.totals).toEqual(totals());
    const block = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', ['latest', false]);
    expect(funds.chains).toEqual([
      { chain: 'testchain', chain_id: 31_337, block_number: await chain.height(), block_hash: block.hash },
    ]);
    const paid = payments[33] as PaymentView;
    expect(funds.deposits[1]?.address).toBe(paid.address);
  });

  it('is exported as CSV and for a person', async () => {
    const { out } = await exported('--csv');
    const rows = out.trimEnd().split('\r\n');
    expect(rows[0]).toBe(
      'row,chain,chain_id,block_number,block_hash,asset,token,decimals,index,path,address,balance',
    );
    expect(rows).toHaveLength(6);
    expect(rows[3]).toMatch(
      new RegExp(
        `^deposit,testchain,31337,\\d+,0x\\w{64},TUSD,${chain.token.toLowerCase()},6,33,${pathOf(33)},0x\\w{40},55$`,
      ),
    );
    expect(rows[4]).toMatch(/^total,testchain,31337,\d+,0x\w{64},ETH,,18,,,,1700$/);

    const told = (await exported()).out;
    expect(told).toMatch(/^testchain \(chain id 31337\) at block \d+ 0x\w{64}$/m);
    expect(told).toMatch(/^testchain +m\/44'\/60'\/0'\/0\/33 +0x\w{40} {2}0.000055 TUSD$/m);
    expect(told).toMatch(/^total on testchain: 0.0000000000000017 ETH \(1700 base units\) on 2 addresses$/m);
  });

  it('is not exported for another wallet than the database’s', async () => {
    const other = 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above';
    const settings = { DATABASE_URL: app.database.url, CHAINS_FILE: chainsFile, MNEMONIC: other };
    const { code, err, out } = await quittance(['wallet', 'export'], settings);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/belong to another wallet/);
  });

  describe('when the database is gone', () => {
    const lost = tempFolder();
    beforeAll(() => app.stop());
    afterAll(() => lost.remove());

    const inFull = (settings: Record<string, string>) => ({
      CHAINS_FILE: chainsFile,
      DATABASE_URL: app.database.url,
      DATA_DIR: lost.path,
      ...settings,
    });
    const scan = (settings: Record<string, string>, ...args: string[]) =>
      quittance(['wallet', 'scan', ...args], inFull(settings));

    it.each(['mnemonic', 'xpub'])('is found from the %s alone, and nothing is made', async (kind) => {
      const ran =
        kind === 'mnemonic'
          ? await quittanceProcess(
              ['wallet', 'scan', '--json'],
              inFull({ MNEMONIC: TEST_MNEMONIC }),
              lost.path,
            )
          : await scan({ XPUB_FILE: xpubFile }, '--json');
      const funds = json<Funds>(ran);
      expect(funds.deposits).toEqual(expected().map((row) => expect.objectContaining(row)));
      expect(funds.totals).toEqual(totals());
      expect(ran.err).toMatch(/ended after 1000 unused addresses/);
      expect(readdirSync(lost.path)).toEqual([]);
    });

    it('is found in production without what was lost with it, but not with a name that is misspelt', async () => {
      const bare = { NODE_ENV: 'production', CHAINS_FILE: chainsFile, XPUB_FILE: xpubFile };
      const found = await quittance(['wallet', 'scan', '--json'], { ...bare, DATA_DIR: lost.path });
      expect(found).toMatchObject({ code: 0, err: expect.stringMatching(/no database says how many/) });
      expect(json<Funds>(found).deposits).toEqual(expected().map((row) => expect.objectContaining(row)));
      const oddities: Record<string, string>[] = [
        { DATABSE_URL: app.database.url },
        { DATABASE_URL: 'mysql://gone' },
      ];
      for (const odd of oddities) {
        const refused = await quittance(['wallet', 'scan'], { ...bare, DATA_DIR: lost.path, ...odd });
        expect(refused).toMatchObject({ code: 1, err: expect.stringMatching(/DATABA?SE_URL: /) });
      }
      const exported = await quittance(['wallet', 'export'], { ...bare, DATA_DIR: lost.path });
      expect(exported.err).toMatch(/DATABASE_URL: must name your database[^]*ENCRYPTION_KEY: must be given/);
    });

    it('is found behind an address that was emptied, with a gap limit that its emptiness would end', async () => {
      const found = async (gapLimit: string) => {
        const ran = await scan({ XPUB_FILE: xpubFile }, '--json', '--gap-limit', gapLimit);
        return json<Funds>(ran).deposits.map(({ path }) => path);
      };
      // 2 is funded, 18 was: 15 unused between them; 14 between 18 and 33.
      expect(await found('15')).toEqual([pathOf(2)]);
      expect(await found('16')).toEqual([pathOf(2), pathOf(33), pathOf(33)]);
      const byDefault = await scan({ XPUB_FILE: xpubFile, WALLET_GAP_LIMIT: '15' }, '--json');
      expect(json<Funds>(byDefault).deposits).toHaveLength(1);
    });

    it('is found by one call for many where the chain has Multicall3', async () => {
      const { deployed } = compile(join(import.meta.dirname, '../contracts/Multicall.sol'));
      await chain.rpc('anvil_setCode', ['0xca11bde05977b3631167028862be2a173976ca11', deployed]);
      await chain.mine();
      const funds = json<Funds>(await scan({ XPUB_FILE: xpubFile }, '--json'));
      expect(funds.deposits).toEqual(expected().map((row) => expect.objectContaining(row)));
    });

    it('says which wallet, chain or node is missing', async () => {
      const refused = async (settings: Record<string, string>, ...args: string[]) => {
        const { code, err } = await scan(settings, ...args);
        expect(code).toBe(1);
        return err;
      };
      expect(await refused({})).toMatch(/which wallet\? Set XPUB or MNEMONIC/);
      expect(await refused({ XPUB_FILE: xpubFile }, '--chain', 'nochain')).toMatch(
        /no chain is named nochain; there are: testchain/,
      );
      expect(await refused({ XPUB_FILE: xpubFile }, '--gap-limit', '0')).toMatch(/1/);
      writeChainsFile(chainsFile, { ...chain.config, rpcUrls: ['http://127.0.0.1:1'] });
      expect(await refused({ XPUB_FILE: xpubFile })).toMatch(/127.0.0.1:1 did not answer/);
    });
  });
});
