import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Interface } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { compile } from '../contracts/compile.js';
import { runningTime } from '../../src/process/running-time.js';
import { TestApp } from '../harness/app.js';
import { type FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { TwoNodes } from '../harness/two-nodes.js';
import { waitFor } from '../harness/wait-for.js';

const token = new Interface(['function transfer(address to, uint256 value) payable returns (bool)']);
const AMOUNT = 1_000n;
describe('a token that is the native asset', () => {
  let chain: TestChain;
  let app: TestApp;
  beforeEach(async () => {
    chain = await TestChain.start();
  });
  afterEach(async () => {
    await app.stop();
    await chain.stop();
  });

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

describe('a token that one endpoint falsely calls the native asset', () => {
  const runs = runningTime.nowMs;
  let nodes: TwoNodes;
  beforeEach(async () => {
    nodes = await TwoNodes.start();
  });
  afterEach(async () => {
    runningTime.nowMs = runs;
    await nodes.stop();
  });

  /** It says that a balance which was made up for one call is one of the token. */
  const lies = (node: FaultyRpc) =>
    node.inject('eth_call', {
      kind: 'answer',
      answer: async (call, ask) => {
        const [{ data }, , overrides] = call.params as [{ data: string }, string, object?];
        const [made] = Object.values(overrides ?? {}) as { balance: string }[];
        if (made === undefined || !data.startsWith('0x70a08231')) return ask(call);
        const decimals = nodes.chain.config.tokens[0]?.decimals ?? 18;
        const shown = BigInt(made.balance) / 10n ** BigInt(18 - decimals);
        return { result: `0x${shown.toString(16).padStart(64, '0')}` };
      },
    });
  const isSilent = (node: FaultyRpc) =>
    node.inject(['eth_call', 'eth_getBalance'], failure(-32_005, 'limit exceeded'));
  const stateOf = async () => {
    const { body } = await nodes.app.request<{
      data: { state: string; tokens: { problem: string | null }[] }[];
    }>('GET', '/api/v1/chains');
    return body.data[0];
  };
  const cursors = () => nodes.app.database.dataSource.query<unknown[]>('SELECT FROM chain_cursors');
  const becomesReady = () =>
    waitFor('the chain to be ready', async () => {
      nodes.app.checkChainsNow();
      return (await stateOf())?.state === 'ready';
    });

  it('while the other is silent, is not scanned without: what is paid in it counts once the other speaks', async () => {
    lies(nodes.first);
    const end = isSilent(nodes.second);
    await nodes.startApp(nodes.first.url, nodes.second.url);
    await waitFor('it to say so', () => nodes.app.log.some((line) => line.includes('the others are silent')));
    expect((await stateOf())?.state).toBe('unchecked');
    await nodes.chain.mine(2);
    nodes.app.checkChainsNow();
    expect(await cursors()).toEqual([]);
    end();
    await becomesReady();
    expect((await stateOf())?.tokens[0]?.problem).toBeNull();
    await nodes.expectPaid();
  });

  it('while the other is silent for a minute, is taken out of service, and the rest is scanned', async () => {
    lies(nodes.first);
    isSilent(nodes.second);
    await nodes.startApp(nodes.first.url, nodes.second.url);
    await waitFor('it to say so', () => nodes.app.log.some((line) => line.includes('the others are silent')));
    runningTime.nowMs = () => runs() + 60_000;
    await becomesReady();
    expect((await stateOf())?.tokens[0]?.problem).toMatch(/native asset/);
    await waitFor('the scan', async () => (await cursors()).length > 0);
  });
});
