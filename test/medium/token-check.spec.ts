import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { type ChainConfig } from '../../src/config/chains.js';
import { checkTokens } from '../../src/chain/tokens/check-tokens.js';
import { isNativeAsset } from '../../src/chain/tokens/native-token.js';
import { checkToken } from '../../src/chain/tokens/token-check.js';
import { compile } from '../contracts/compile.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { changed, failure, result } from '../harness/faulty-rpc-faults.js';
import { OddToken } from '../harness/odd-token.js';
import { TestChain } from '../harness/test-chain.js';
import { toTokenAddress } from '../../src/ids/ids.js';

const UNREADABLE = /have 0 indexed arguments/;

let chain: TestChain;
let node: FaultyRpc;
let rpc: RpcPool;
let unindexed: string;

beforeAll(async () => {
  chain = await TestChain.start();
  node = await FaultyRpc.start(chain.url);
  rpc = new RpcPool([node.url], chain.config.chainId);
  const contract = join(import.meta.dirname, '../contracts/UnindexedToken.sol');
  unindexed = await chain.deploy(compile(contract).bytecode);
});
afterEach(() => node.heal());
afterAll(async () => {
  rpc.close();
  await node.die();
  await chain.stop();
});

const problemOf = (address: string, decimals = 6) =>
  checkToken({ symbol: 'TKN', address: toTokenAddress(address), decimals, enabled: true }, rpc);
const check = async (address: string, decimals?: number) =>
  (await problemOf(address, decimals))?.reason ?? null;

it('takes a token that tells of its transfers as ERC-20 has it', async () => {
  expect(await check(chain.token)).toBeNull();
});

it('sees by a simulated transfer that the addresses are not indexed', async () => {
  expect(await check(unindexed)).toMatch(UNREADABLE);
});

it('sees it by transfers that were made, on a node that cannot simulate and takes few blocks at once', async () => {
  node.inject('eth_simulateV1', failure(-32_601, 'the method does not exist/is not available'));
  expect(await check(unindexed)).toBeNull();
  await chain.payToken(chain.payer, 1n, unindexed);
  await chain.mine();
  await chain.mine(20);
  node.inject('eth_getLogs', failure(-32_602, 'query exceeds max block range 22'), 1);
  expect(await check(unindexed)).toMatch(UNREADABLE);
  expect(await check(chain.token)).toBeNull();
});

it('takes what has never moved, and cannot be simulated', async () => {
  node.inject('eth_simulateV1', failure(-32_601, 'the method does not exist/is not available'));
  node.inject('eth_getLogs', result([]));
  expect(await check(unindexed)).toBeNull();
});

it('refuses a contract that is no token, by what it answers or by its refusal', async () => {
  expect(await check(chain.payer)).toMatch(/no ERC-20 contract/);
  node.inject('eth_call', failure(3, 'execution reverted'));
  expect(await check(chain.token)).toMatch(/no ERC-20 contract/);
});

it('refuses a token whose balances cannot be true, or that does not tell them', async () => {
  const odd = await OddToken.deploy(chain);
  expect(await check(odd.address)).toBeNull();
  for (const [way, why] of [
    ['claims_balances', /says that an address which nobody has holds something/],
    ['hides_balances', /refuses to tell what addresses hold/],
  ] as const) {
    await odd.behave(way);
    await chain.mine();
    expect(await problemOf(odd.address)).toMatchObject({
      reason: expect.stringMatching(why),
      areBalancesFalse: true,
    });
  }
});

it('does not believe one endpoint that a token is other than it should be, while another has it right', async () => {
  const liar = await FaultyRpc.start(chain.url);
  liar.inject('eth_call', result(`0x${'00'.repeat(32)}`));
  const pool = new RpcPool([liar.url, node.url], chain.config.chainId);
  const [token] = chain.config.tokens as [ChainConfig['tokens'][number]];
  try {
    expect(await checkToken(token, pool)).toBeNull();
    expect(liar.count('eth_call')).toBeGreaterThan(0);
    node.inject('eth_call', result(`0x${'00'.repeat(32)}`));
    expect(await checkToken(token, pool)).toMatchObject({ reason: expect.stringMatching(/has 0 decimals/) });
  } finally {
    pool.close();
    await liar.die();
  }
});

const BALANCE_OF = '0x70a08231';
const balancesMadeUp = changed((value, { params }) =>
  (params[0] as { data: string }).data.startsWith(BALANCE_OF) ? `0x${'1'.padStart(64, '0')}` : value,
);
const topicsTakenAway = changed((value) =>
  (value as { calls: { logs: { topics: string[] }[] }[] }[]).map(({ calls }) => ({
    calls: calls.map(({ logs }) => ({
      logs: logs.map((log) => ({ ...log, topics: log.topics.slice(0, 1) })),
    })),
  })),
);

it.each([
  ['that addresses which nobody has hold something', 'eth_call', balancesMadeUp],
  ['that its transfers cannot be read', 'eth_simulateV1', topicsTakenAway],
] as const)('does not believe one endpoint either %s', async (_what, method, lie) => {
  const liar = await FaultyRpc.start(chain.url);
  liar.inject(method, lie);
  const pool = new RpcPool([liar.url, node.url], chain.config.chainId);
  const [token] = chain.config.tokens as [ChainConfig['tokens'][number]];
  try {
    expect(await checkToken(token, pool)).toBeNull();
    expect(liar.count(method)).toBeGreaterThan(0);
    node.inject(method, lie);
    expect(await checkToken(token, pool)).not.toBeNull();
  } finally {
    pool.close();
    await liar.die();
  }
});

it('leaves a token alone that could not be asked, and checks the others', async () => {
  const odd = await OddToken.deploy(chain);
  await odd.setDecimals(9);
  await chain.mine();
  node.inject('eth_call', {
    kind: 'answer',
    answer: (call, ask) => {
      const { to } = call.params[0] as { to: string };
      return to.toLowerCase() === chain.token.toLowerCase()
        ? Promise.resolve({ error: { code: -32_000, message: 'execution timeout' } })
        : ask(call);
    },
  });
  const { problems, unasked } = await checkTokens(
    { tokens: [...chain.config.tokens, odd.config], native: chain.config.native },
    rpc,
  );
  expect(unasked).toEqual([chain.token.toLowerCase()]);
  expect([...problems]).toEqual([
    [
      odd.config.address,
      { reason: expect.stringMatching(/has 9 decimals/), isNative: false, areBalancesFalse: false },
    ],
  ]);
});

describe('a token that is the native asset', () => {
  const IS_NATIVE = /is the chain's native asset itself/;
  let native: string;

  beforeAll(async () => {
    native = await chain.deploy(compile(join(import.meta.dirname, '../contracts/NativeToken.sol')).bytecode);
    await chain.pay(`0x${'77'.repeat(20)}`, 12_345n);
    await chain.mine();
  });

  it('is refused, found out by what it says of a balance that is made up', async () => {
    expect(await check(native, 18)).toMatch(IS_NATIVE);
  });

  it('is refused, found out by what addresses hold, where the node makes nothing up', async () => {
    node.inject('eth_call', {
      kind: 'answer',
      answer: (call, ask) =>
        call.params.length > 2
          ? Promise.resolve({ error: { code: -32_602, message: 'too many arguments, want at most 2' } })
          : ask(call),
    });
    expect(await check(native, 18)).toMatch(IS_NATIVE);
    expect(await check(chain.token)).toBeNull();
  });

  it('is what every endpoint is asked: one that shows nothing hides it, and one that claims it stops nothing', async () => {
    const second = await FaultyRpc.start(chain.url);
    const pool = new RpcPool([node.url, second.url], chain.config.chainId);
    const isNative = (address: string) =>
      isNativeAsset({ address: toTokenAddress(address), decimals: 18 }, 18, pool);
    try {
      node.inject('eth_call', failure(-32_601, 'the method does not exist/is not available'));
      expect(await isNative(native)).toBe(true);
      node.heal();
      const claimed = 123_456_789_012_345_678_901_234n;
      node.inject('eth_call', result(`0x${claimed.toString(16).padStart(64, '0')}`));
      expect(await isNative(chain.token)).toBe(false);
    } finally {
      pool.close();
      await second.die();
    }
  });

  it.each([
    ['Celo', '0x471EcE3750Da237f93B8E339c536989b8978a438'],
    ['Polygon', '0x0000000000000000000000000000000000001010'],
    ['ZKsync', '0x000000000000000000000000000000000000800A'],
    ['every chain after Amsterdam', '0xfffffffffffffffffffffffffffffffffffffffe'],
  ])('is refused by its address: that of %s', async (_chain, address) => {
    node.inject('eth_call', result(`0x${(18).toString(16).padStart(64, '0')}`));
    expect(await check(address, 18)).toMatch(IS_NATIVE);
  });
});
