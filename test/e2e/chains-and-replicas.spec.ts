import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { type TokenConfig } from '../../src/config/chains.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { compile } from '../contracts/compile.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { OddToken } from '../harness/odd-token.js';
import { TestChain } from '../harness/test-chain.js';
import { toChainId } from '../../src/ids/ids.js';
import { toTokenAddress } from '../../src/ids/ids.js';

interface ChainAnswer {
  data: {
    name: string;
    state: string;
    reasons: string[];
    tokens: { id: string; symbol: string; problem: string | null }[];
  }[];
}

let chain: TestChain;
let unindexed: string;

beforeAll(async () => {
  chain = await TestChain.start();
  unindexed = await chain.deploy(
    compile(join(import.meta.dirname, '../contracts/UnindexedToken.sol')).bytecode,
  );
});
afterAll(() => chain.stop());

describe('a chain that is not what chains.yaml says', () => {
  it.each<[string, () => object, RegExp]>([
    [
      'with another chain id',
      () => ({ ...chain.config, chainId: 5 }),
      /serves chain id 31337, chains.yaml says 5/,
    ],
  ])('%s is refused with the reason, and takes no payments', async (_what, config, why) => {
    const app = await TestApp.start({ chains: [config() as TestChain['config']] });
    const { body } = await app.request<ChainAnswer>('GET', '/api/v1/chains');
    expect(body.data[0]).toMatchObject({ state: 'refused', reasons: [expect.stringMatching(why)] });
    const answer = await app.request('POST', '/api/v1/payments', { chain: 'testchain', amount: '1' });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringMatching(why) } });
    await app.stop();
  });

  it('by single tokens is used without these, each with the reason, and payments in all else are taken', async () => {
    const [good] = chain.config.tokens as [TokenConfig];
    const odd = await OddToken.deploy(chain);
    const tokens = [
      good,
      { ...odd.config, symbol: 'DEC', decimals: 18 },
      { ...good, symbol: 'GONE', address: toTokenAddress(`0x${'12'.repeat(20)}`) },
      { ...good, symbol: 'UNINDEXED', address: toTokenAddress(unindexed) },
    ];
    const app = await TestApp.start({ chains: [{ ...chain.config, tokens }] });
    const { body } = await app.request<ChainAnswer>('GET', '/api/v1/chains');
    const [{ state, tokens: told }] = body.data as [ChainAnswer['data'][number]];
    const problems = new Map(told.map(({ symbol, problem }) => [symbol, problem]));
    expect(state).toBe('ready');
    expect(Object.fromEntries(problems)).toEqual({
      TUSD: null,
      DEC: expect.stringMatching(/DEC has 6 decimals on chain, chains.yaml says 18/),
      GONE: expect.stringMatching(/no ERC-20 contract at 0x1212/),
      UNINDEXED: expect.stringMatching(/have 0 indexed arguments, not the two addresses of ERC-20/),
    });
    for (const { id, symbol } of told) {
      const asked = { chain: 'testchain', amount: '1', token_id: id };
      const answer = await app.request<{ detail?: string }>('POST', '/api/v1/payments', asked);
      expect(answer.status).toBe(symbol === 'TUSD' ? 201 : 400);
      if (answer.status === 400) expect(JSON.stringify(answer.body)).toContain('is out of service: token');
    }
    const payment = await app.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'confirmed');
    await app.stop();
  });

  it('leaves the others at work', async () => {
    const dead = {
      ...chain.config,
      name: 'deadchain',
      chainId: toChainId(6),
      rpcUrls: ['http://127.0.0.1:1'],
    };
    const app = await TestApp.start({ chains: [dead, chain.config] });
    const payment = await app.createPayment();
    await chain.pay(payment.address, 1000n);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'confirmed');
    await app.stop();
  });
});

describe('several processes on one database', () => {
  it('never give two payments one address, whether they hold the mnemonic or its xpub alone', async () => {
    const account = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(TEST_MNEMONIC), "m/44'/60'/0'");
    const one = await TestApp.start({ chains: [chain.config] });
    const xpubAlone = { mnemonic: null, xpub: account.neuter().extendedKey };
    const two = await TestApp.start({ chains: [chain.config], settings: xpubAlone, database: one.database });
    const payments = await Promise.all(
      Array.from({ length: 120 }, (_, index) =>
        (index % 2 ? one : two).createPayment({ amount: (2n ** 256n - 1n).toString() }),
      ),
    );
    expect(new Set(payments.map(({ address }) => address)).size).toBe(120);
    expect(payments.every(({ amount }) => amount === (2n ** 256n - 1n).toString())).toBe(true);
    const rows = await one.database.dataSource.query<{ derivation_index: string; address: string }[]>(
      'SELECT derivation_index, address FROM payments ORDER BY derivation_index',
    );
    expect(rows.map((row) => Number(row.derivation_index))).toEqual(
      Array.from({ length: 120 }, (_, index) => index),
    );
    for (const { derivation_index: index, address } of rows) {
      expect(address).toBe(account.derivePath(`0/${index}`).address.toLowerCase());
    }
    await two.close();
    await one.stop();
  });

  it('refuse a wallet other than the one that made the addresses', async () => {
    const app = await TestApp.start({ chains: [chain.config] });
    await app.createPayment();
    const other = { mnemonic: Mnemonic.fromEntropy(new Uint8Array(16).fill(7)).phrase };
    const start = TestApp.start({ chains: [chain.config], settings: other, database: app.database });
    await expect(start).rejects.toThrow(/belong to another wallet: its first address is/);
    await app.stop();
  });

  it('count a payment once when two of them scan', async () => {
    const one = await TestApp.start({ chains: [chain.config] });
    const two = await TestApp.start({ chains: [chain.config], database: one.database });
    const payment = await one.createPayment();
    await chain.pay(payment.address, 400n);
    await chain.mine();
    await chain.pay(payment.address, 600n);
    await chain.mine(3);
    const confirmed: PaymentView = await one.waitForStatus(payment.id, 'confirmed');
    expect(confirmed).toMatchObject({ amount_received: '1000', exception: null });
    const events = await one.eventsOf(payment.id);
    expect(new Set(events).size).toBe(events.length);
    await two.close();
    await one.stop();
  });
});
