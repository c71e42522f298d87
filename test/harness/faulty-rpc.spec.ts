import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocketProvider } from 'ethers';
import { callRpc } from '../../src/chain/dev-chain/anvil.js';
import { FaultyRpc } from './faulty-rpc.js';
import {
  changedReceipt,
  delayed,
  dropped,
  emptyLogs,
  failure,
  hung,
  type Log,
  orphanedLogs,
  rangeLimit,
  type Receipt,
  serverError,
  staleHead,
  tooManyRequests,
  truncated,
  type Vendor,
  withoutOneLog,
  wrongChainId,
} from './faulty-rpc-faults.js';
import { lagging } from './lagging-node.js';
import { TestChain } from './test-chain.js';
import { waitFor } from './wait-for.js';

const SOMEONE = `0x${'12'.repeat(20)}`;

let chain: TestChain;
let proxy: FaultyRpc;
/** Of the block with two token transfers. */
let blockHash: string;

beforeAll(async () => {
  chain = await TestChain.start();
  proxy = await FaultyRpc.start(chain.url);
  await chain.payTokenBatch([SOMEONE, SOMEONE], [1n, 2n]);
  await chain.mine();
  ({ hash: blockHash } = await chain.rpc<{ hash: string }>('eth_getBlockByNumber', ['latest', false]));
});
afterAll(async () => {
  await proxy.die();
  await chain.stop();
});
afterEach(() => proxy.heal());

const rpc = <T = unknown>(method: string, ...params: unknown[]) => callRpc<T>(proxy.url, method, params);
const post = (body: unknown, signal?: AbortSignal) =>
  fetch(proxy.url, { method: 'POST', body: JSON.stringify(body), ...(signal ? { signal } : {}) });
const call = (method: string, ...params: unknown[]) => ({ jsonrpc: '2.0', id: 7, method, params });

describe('the faulty node', () => {
  it('is behind: it has no newer block, receipt or state, whatever it is asked by', async () => {
    const head = await chain.height();
    proxy.inject('*', lagging(head - 1));
    const { hash: before } = await rpc<{ hash: string }>('eth_getBlockByNumber', 'latest', false);
    const [newer] = await chain.rpc<Receipt[]>('eth_getBlockReceipts', [`0x${head.toString(16)}`]);
    expect(Number(await rpc('eth_blockNumber'))).toBe(head - 1);
    expect(await rpc('eth_getBlockByHash', blockHash, false)).toBeNull();
    expect(await rpc('eth_getBlockReceipts', blockHash)).toBeNull();
    expect(await rpc('eth_getTransactionReceipt', newer?.transactionHash)).toBeNull();
    await expect(rpc('eth_getBalance', SOMEONE, { blockHash })).rejects.toThrow('header not found');
    await expect(rpc('eth_getLogs', { blockHash })).rejects.toThrow('header not found');
    expect(await rpc('eth_getBalance', SOMEONE, { blockHash: before })).toBe('0x0');
    const nonce = (block: string) =>
      chain.rpc('eth_getTransactionCount', [chain.payer, block]).then((count) => Number(count));
    expect(Number(await rpc('eth_getTransactionCount', chain.payer, 'latest'))).toBe(
      (await nonce('latest')) - 1,
    );
  });

  it('passes everything on as it is, batches too, and counts the calls by method', async () => {
    proxy.resetCounts();
    const answers = await (
      await post([call('eth_chainId'), call('eth_blockNumber'), call('eth_chainId')])
    ).json();
    expect(answers).toEqual([
      { jsonrpc: '2.0', id: 7, result: '0x7a69' },
      { jsonrpc: '2.0', id: 7, result: await chain.rpc('eth_blockNumber') },
      { jsonrpc: '2.0', id: 7, result: '0x7a69' },
    ]);
    expect([
      proxy.count('eth_chainId'),
      proxy.count('eth_blockNumber'),
      proxy.count(),
      proxy.exchanges,
    ]).toEqual([2, 1, 3, 1]);
    await expect(rpc('eth_nonsense')).rejects.toMatchObject({ rpcCode: -32601 });
  });

  it('fails for the method named and as often as told, and is healed', async () => {
    proxy.inject('eth_chainId', failure(-32000, 'header not found'), 2);
    await expect(rpc('eth_chainId')).rejects.toThrow('header not found');
    await expect(rpc('eth_blockNumber')).resolves.toMatch(/^0x/);
    await expect(rpc('eth_chainId')).rejects.toThrow('header not found');
    await expect(rpc('eth_chainId')).resolves.toBe('0x7a69');
    const end = proxy.inject('*', failure(-32000, 'internal'));
    await expect(rpc('eth_blockNumber')).rejects.toThrow('internal');
    end();
    await expect(rpc('eth_blockNumber')).resolves.toMatch(/^0x/);
  });

  it('cuts connections, refuses with 429 and 5xx, and breaks off in the middle of the JSON', async () => {
    proxy.inject('eth_chainId', dropped());
    await expect(rpc('eth_chainId')).rejects.toThrow('fetch failed');
    proxy.inject('eth_chainId', tooManyRequests(3));
    const limited = await post(call('eth_chainId'));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '3']);
    proxy.inject('eth_chainId', serverError(502));
    expect((await post(call('eth_chainId'))).status).toBe(502);
    proxy.inject('eth_chainId', truncated());
    const broken = await post(call('eth_chainId'));
    expect(broken.status).toBe(200);
    // What a parser says of it differs from Node to Node, and by where it breaks off.
    const whole = JSON.stringify({ jsonrpc: '2.0', id: 1, result: '0x7a69' });
    expect(await broken.text()).toBe(whole.slice(0, whole.length / 2));
  });

  it('answers late, or never', async () => {
    proxy.inject('eth_chainId', delayed(50));
    const began = performance.now();
    await expect(rpc('eth_chainId')).resolves.toBe('0x7a69');
    expect(performance.now() - began).toBeGreaterThanOrEqual(45);
    proxy.inject('eth_chainId', hung());
    await expect(post(call('eth_chainId'), AbortSignal.timeout(200))).rejects.toThrow(/abort|timeout/i);
  });

  it('stands still at a head', async () => {
    const head = await chain.height();
    proxy.inject(['eth_blockNumber', 'eth_getBlockByNumber'], staleHead(head - 1));
    await expect(rpc('eth_blockNumber')).resolves.toBe(`0x${(head - 1).toString(16)}`);
    await expect(rpc('eth_getBlockByNumber', 'latest', false)).resolves.toMatchObject({
      number: `0x${(head - 1).toString(16)}`,
    });
    await expect(rpc('eth_getBlockByNumber', `0x${head.toString(16)}`, false)).resolves.toBeNull();
  });

  it('is silent about logs, or leaves one out, in either way to ask for them', async () => {
    const logs = () => rpc<Log[]>('eth_getLogs', { blockHash });
    const whole = await logs();
    expect(whole).toHaveLength(2);
    proxy.inject('eth_getLogs', emptyLogs());
    await expect(logs()).resolves.toEqual([]);
    proxy.inject(['eth_getLogs', 'eth_getBlockReceipts'], withoutOneLog(-1));
    await expect(logs()).resolves.toEqual([whole[0]]);
    const [receipt] = await rpc<Receipt[]>('eth_getBlockReceipts', blockHash);
    expect(receipt?.logs.map(({ logIndex }) => logIndex)).toEqual(['0x0']);
  });

  it('changes one receipt', async () => {
    proxy.inject(
      'eth_getBlockReceipts',
      changedReceipt(() => ({ status: '0x0' })),
    );
    const [receipt] = await rpc<Receipt[]>('eth_getBlockReceipts', blockHash);
    expect(receipt).toMatchObject({ status: '0x0', blockHash });
  });

  it('keeps giving the logs of a block that was replaced', async () => {
    await chain.payToken(SOMEONE, 5n);
    await chain.mine();
    const height = await chain.rpc<string>('eth_blockNumber');
    const range = { fromBlock: height, toBlock: height };
    const old = await rpc<Log[]>('eth_getLogs', range);
    await chain.reorg(1);
    await expect(rpc('eth_getLogs', range)).resolves.toEqual([]);
    proxy.inject('eth_getLogs', orphanedLogs(old));
    await expect(rpc('eth_getLogs', range)).resolves.toEqual(old);
  });

  it('claims another chain id', async () => {
    proxy.inject('eth_chainId', wrongChainId(56));
    await expect(rpc('eth_chainId')).resolves.toBe('0x38');
  });

  it.each<[Vendor, RegExp]>([
    ['alchemy', /this block range should work: \[0x0, 0x1\]/],
    ['infura', /range 3 exceeds limit of 2/],
    ['quicknode', /limited to a 2 range/],
    ['ankr', /block range is too wide/],
    ['erigon', /exceeds server limit.*: 2/],
    ['reth', /exceeds max block range 2/],
    ['bsc', /exceed maximum block range: 2/],
    ['polygon', /Block range is too large/],
  ])('refuses wide ranges in the words of %s', async (vendor, words) => {
    proxy.inject('eth_getLogs', rangeLimit(2, vendor));
    await expect(rpc('eth_getLogs', { fromBlock: '0x0', toBlock: '0x2' })).rejects.toThrow(words);
    await expect(rpc('eth_getLogs', { fromBlock: '0x1', toBlock: '0x2' })).resolves.toEqual([
      expect.anything(),
    ]);
  });

  it('goes over to another fork of the same blocks, and comes back', async () => {
    const twin = await chain.twin();
    const shared = await chain.rpc<string>('eth_blockNumber');
    const hashOf = async (number: string) =>
      (await rpc<{ hash: string } | null>('eth_getBlockByNumber', number, false))?.hash;
    const sharedHash = await hashOf(shared);
    await Promise.all([chain.pay(SOMEONE, 1n), twin.pay(SOMEONE, 2n)]);
    await Promise.all([chain.mine(), twin.mine()]);
    const forked = `0x${(Number(shared) + 1).toString(16)}`;
    const here = await hashOf(forked);
    proxy.target = twin.url;
    const there = await hashOf(forked);
    expect([await hashOf(shared), there === here]).toEqual([sharedHash, false]);
    proxy.target = chain.url;
    expect(await hashOf(forked)).toBe(here);
    await twin.stop();
  });

  it('dies with all its connections, and comes back at its old address', async () => {
    const provider = new WebSocketProvider(proxy.wsUrl);
    const socket = provider.websocket as unknown as EventTarget;
    let isClosed = false;
    socket.addEventListener('close', () => (isClosed = true));
    socket.addEventListener('error', () => undefined);
    await expect(provider.send('eth_subscribe', ['newHeads'])).resolves.toMatch(/^0x/);
    expect(proxy.webSockets).toBe(1);
    await proxy.die();
    await waitFor('the WebSocket closed', () => isClosed);
    await provider.destroy();
    await expect(rpc('eth_chainId')).rejects.toThrow('fetch failed');
    await proxy.revive();
    await expect(rpc('eth_chainId')).resolves.toBe('0x7a69');
  });
});
