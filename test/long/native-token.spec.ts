import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Interface } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { compile } from '../contracts/compile.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';

const token = new Interface(['function transfer(address to, uint256 value) payable returns (bool)']);
const AMOUNT = 1_000n;
let chain: TestChain;
let app: TestApp;
beforeEach(async () => {
  chain = await TestChain.start();
});
afterEach(async () => {
  await app.stop();
  await chain.stop();
});

describe('a token that is the native asset', () => {
  it.each(['trace', 'balance'] as const)(
    'makes one deposit of one payment, where contracts are searched by %s',
    async (internalTransfers) => {
      const source = join(import.meta.dirname, '../contracts/NativeToken.sol');
      const address = (await chain.deploy(
        compile(source).bytecode,
      )) as (typeof chain.config.tokens)[0]['address'];
      const [listed] = chain.config.tokens;
      const native = { ...(listed as (typeof chain.config.tokens)[0]), symbol: 'NAT', address, decimals: 18 };
      const tokens = [...chain.config.tokens, native];
      app = await TestApp.start({ chains: [{ ...chain.config, tokens, internalTransfers }] });
      const payment = await app.createPayment({ amount: AMOUNT.toString() });
      const data = token.encodeFunctionData('transfer', [payment.address, AMOUNT]);
      await chain.rpc('eth_sendTransaction', [
        { from: chain.payer, to: address, data, value: `0x${AMOUNT.toString(16)}` },
      ]);
      await chain.mine(4);
      const paid = await app.waitForStatus(payment.id, 'confirmed');
      expect(paid.amount_received).toBe(AMOUNT.toString());
      await app.waitForBlock(await chain.height());
      const { body } = await app.request<{ data: DepositView[] }>('GET', '/api/v1/deposits');
      expect(body.data.map(({ amount, token_id }) => [amount, token_id])).toEqual([
        [AMOUNT.toString(), null],
      ]);
      const told = await app.request<{ data: { tokens: { symbol: string; problem: string | null }[] }[] }>(
        'GET',
        '/api/v1/chains',
      );
      const nat = told.body.data[0]?.tokens.find(({ symbol }) => symbol === 'NAT');
      expect(nat?.problem).toMatch(/native asset itself/);
    },
  );
});
