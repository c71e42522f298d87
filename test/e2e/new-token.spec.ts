import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type ChainConfig } from '../../src/config/chains.js';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let app: TestApp;

// A chain of its own for each: databases of their own begin with the same addresses.
beforeEach(async () => {
  chain = await TestChain.start();
});
afterEach(async () => {
  await app.stop();
  await chain.stop();
});

const token = () => chain.config.tokens[0] as ChainConfig['tokens'][number];

async function restart(tokens: ChainConfig['tokens']): Promise<void> {
  await app.close();
  app = await TestApp.start({ chains: [{ ...chain.config, tokens }], before: app });
}

async function deposits(): Promise<unknown[]> {
  const { body } = await app.request<{ data: DepositView[] }>('GET', '/api/v1/deposits');
  return body.data.map(({ amount, reason }) => ({ amount, reason }));
}

const isLogged = (what: string) => app.log.some((line) => line.includes(what));

it('finds what came of a token before it was listed, from its start_block on, once', async () => {
  app = await TestApp.start({ chains: [{ ...chain.config, tokens: [] }] });
  const payment = await app.createPayment();
  await chain.payToken(payment.address, 3n);
  await chain.mine();
  const startBlock = (await chain.height()) + 1;
  await chain.payToken(payment.address, 5n);
  await chain.mine(30);
  await app.waitForBlock(await chain.height());

  await restart([token()]);
  await chain.mine();
  await app.waitForBlock(await chain.height());
  expect(await deposits()).toEqual([]);

  await restart([{ ...token(), startBlock }]);
  await waitFor('it to be read', () => isLogged('read for new tokens'));
  expect(await deposits()).toEqual([{ amount: '5', reason: 'wrong_asset' }]);

  await restart([{ ...token(), startBlock }]);
  await chain.payToken(payment.address, 7n);
  await chain.mine();
  await waitFor('the scan to go on', async () => (await deposits()).length === 2);
  expect(isLogged('reading for new tokens')).toBe(false);

  await restart([{ ...token(), startBlock: startBlock - 1 }]);
  await waitFor('the block before it', async () => (await deposits()).length === 3);
});

it('begins anew after it was stopped in the middle', async () => {
  app = await TestApp.start({ chains: [{ ...chain.config, tokens: [] }] });
  const payment = await app.createPayment();
  const startBlock = (await chain.height()) + 1;
  await chain.mine(400);
  await chain.payToken(payment.address, 5n);
  await chain.mine();
  await app.waitForBlock(await chain.height());
  await restart([{ ...token(), startBlock }]);
  await waitFor('it to have begun', () => isLogged('reading for new tokens'));
  await restart([{ ...token(), startBlock }]);
  await waitFor('what was paid', async () => (await deposits()).length === 1);
});
