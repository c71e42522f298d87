import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { checkToken } from '../../src/chain/tokens/token-check.js';
import { compile } from '../contracts/compile.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { failure, result } from '../harness/faulty-rpc-faults.js';
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

const check = (address: string, decimals = 6) =>
  checkToken({ symbol: 'TKN', address: toTokenAddress(address), decimals, enabled: true }, rpc);

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
