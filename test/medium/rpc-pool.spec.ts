import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { RpcChainReader } from '../../src/chain/reading/chain-reader.js';
import { MethodNotFoundError, RpcError } from '../../src/chain/rpc/rpc-endpoint.js';
import { type PoolOptions, RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { Sources } from '../../src/chain/rpc/sources.js';
import { UnprovenAnswerError } from '../../src/chain/rpc/unproven-answer.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import {
  emptyLogs,
  failure,
  hung,
  result,
  serverError,
  staleHead,
  tooManyRequests,
  truncated,
  wrongChainId,
} from '../harness/faulty-rpc-faults.js';
import { type Address, type TokenAddress } from '../../src/ids/ids.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let first: FaultyRpc;
let second: FaultyRpc;
const pools: RpcPool[] = [];
let asides: [string, string | null][];

beforeAll(async () => {
  chain = await TestChain.start();
});
afterAll(() => chain.stop());
beforeEach(async () => {
  first = await FaultyRpc.start(chain.url);
  second = await FaultyRpc.start(chain.url);
  asides = [];
});
afterEach(async () => {
  pools.splice(0).forEach((pool) => pool.close());
  await Promise.all([first.die(), second.die()]);
});

const host = (proxy: FaultyRpc) => new URL(proxy.url).host;

/** A block time so long that no head of these tests stands still. */
function aPool(proxies = [first, second], options: PoolOptions = {}): RpcPool {
  const pool = new RpcPool(
    proxies.map(({ url }) => url),
    31_337,
    {
      blockTimeMs: 600_000,
      onAside: (endpoint, aside) => asides.push([endpoint, aside?.reason ?? null]),
      ...options,
    },
  );
  pools.push(pool);
  return pool;
}

const stateOf = (pool: RpcPool, proxy: FaultyRpc) =>
  pool.report().find(({ endpoint }) => endpoint === host(proxy));

describe('the pool', () => {
  it('asks the endpoints in the order given', async () => {
    const pool = aPool();
    await pool.call('eth_blockNumber', []);
    expect([first.count('eth_blockNumber'), second.count()]).toEqual([1, 0]);
  });

  it.each([
    ['is in trouble', () => serverError(502)],
    ['breaks off', () => truncated()],
    ['is over its limit', () => tooManyRequests(30)],
    ['does not know the block', () => failure(-32000, 'header not found')],
  ])('asks the next one when one %s', async (_what, fault) => {
    const pool = aPool();
    first.inject('eth_blockNumber', fault());
    await expect(pool.call('eth_blockNumber', [])).resolves.toBeGreaterThan(0);
  });

  it('does not wait for one that hangs', async () => {
    const pool = aPool([first, second], { timeoutMs: 1_500 });
    first.inject('*', hung());
    await expect(pool.call('eth_blockNumber', [])).resolves.toBeGreaterThan(0);
  });

  it('leaves one alone that asks for it, and says why nobody answered', async () => {
    const pool = aPool([first]);
    first.inject('eth_blockNumber', tooManyRequests(30), 1);
    await expect(pool.call('eth_blockNumber', [])).rejects.toMatchObject({
      failure: { kind: 'rate_limited', retryAfterMs: 30_000 },
    });
    await expect(pool.call('eth_blockNumber', [])).rejects.toThrow(/left alone, since it keeps failing/);
    expect(first.count('eth_blockNumber')).toBe(1);
    expect(stateOf(pool, first)).toMatchObject({ state: 'resting' });
  });

  it('says that a method is lacking only when no endpoint has it', async () => {
    const pool = aPool();
    first.inject('eth_getBlockReceipts', failure(-32601, 'unknown method'));
    second.inject('eth_getBlockReceipts', serverError());
    await expect(pool.call('eth_getBlockReceipts', ['0x1'])).rejects.not.toThrow(MethodNotFoundError);
    second.inject('eth_getBlockReceipts', failure(-32601, 'unknown method'));
    await expect(pool.call('eth_getBlockReceipts', ['0x1'])).rejects.toThrow(MethodNotFoundError);
  });

  it('never asks an endpoint of another chain, reports it, and takes it back when it is fixed', async () => {
    const pool = aPool();
    const fix = first.inject('eth_chainId', wrongChainId(56));
    await pool.call('eth_blockNumber', []);
    await pool.call('eth_blockNumber', []);
    expect([first.count('eth_blockNumber'), second.count('eth_blockNumber')]).toEqual([0, 2]);
    expect(stateOf(pool, first)).toMatchObject({
      state: 'aside',
      reason: 'wrong_chain_id: it serves chain id 56',
    });
    fix();
    await pool.inspect();
    await pool.call('eth_blockNumber', []);
    expect(first.count('eth_blockNumber')).toBe(1);
    expect(asides).toEqual([
      [host(first), 'wrong_chain_id'],
      [host(first), null],
    ]);
  });

  it('knows for how long nothing has come of an endpoint, whatever it was asked', async () => {
    const pool = aPool();
    const silentMs = async () => {
      const told = await pool.askEach((rpc) => rpc.call('eth_blockNumber', []));
      const ofFirst = told.find(({ endpoint }) => endpoint === host(first));
      return ofFirst && 'failure' in ofFirst ? ofFirst.silentMs : undefined;
    };
    const recover = first.inject('*', serverError());
    await waitFor('its silence to be counted', async () => ((await silentMs()) ?? 0) > 0);
    recover();
    await waitFor('it to be asked again', async () => (await silentMs()) === undefined);
    first.inject('eth_blockNumber', serverError());
    expect(await silentMs()).toBe(0);
  });

  it('finds out when another chain answers at the address of one that had died', async () => {
    const pool = aPool([first]);
    await pool.call('eth_blockNumber', []);
    first.inject('eth_blockNumber', tooManyRequests(0), 1);
    await expect(pool.call('eth_blockNumber', [])).rejects.toThrow(RpcError);
    first.inject('eth_chainId', wrongChainId(56));
    await expect(pool.call('eth_blockNumber', [])).rejects.toThrow(/another chain/);
    expect(first.count('eth_blockNumber')).toBe(2);
  });

  it('reads what belongs together from one endpoint, and puts one aside whose answers do not prove themselves', async () => {
    const pool = aPool();
    let reads = 0;
    const read = pool.fromOneEndpoint(async (rpc) => {
      const head = await rpc.call('eth_getBlockByNumber', ['latest', false]);
      await rpc.call('eth_getBlockReceipts', [head.hash]);
      if (reads++ === 0) throw new UnprovenAnswerError(head.hash, 'the receipts root differs');
      return head.hash;
    });
    await expect(read).resolves.toMatch(/^0x/);
    expect([first, second].map((node) => node.count('eth_getBlockReceipts'))).toEqual([1, 1]);
    expect(stateOf(pool, first)?.reason).toMatch(/^unproven_answer/);
    await pool.call('eth_blockNumber', []);
    expect(first.count('eth_blockNumber')).toBe(0);
  });

  it('asks the next one when an answer does not prove itself, and throws what is wrong when none does', async () => {
    const pool = aPool();
    const prove = (answer: unknown[]) => {
      if (answer.length === 0) throw new UnprovenAnswerError('0x1', 'the logs are missing');
    };
    const filter = { fromBlock: 'earliest', toBlock: 'latest' };
    first.inject('eth_getLogs', emptyLogs());
    const logs = await pool.call('eth_getLogs', [filter], prove);
    expect(logs.length).toBeGreaterThan(0);
    expect(stateOf(pool, first)?.reason).toMatch(/^unproven_answer/);
    second.inject('eth_getLogs', emptyLogs());
    await expect(pool.call('eth_getLogs', [filter], prove)).rejects.toThrow(UnprovenAnswerError);
    await expect(pool.call('eth_getLogs', [filter], prove)).rejects.toThrow(
      /all are put aside .*unproven_answer/,
    );
  });

  it('prefers a head that moves to one that fell back', async () => {
    const pool = aPool();
    await chain.mine(10);
    await pool.inspect();
    first.inject(['eth_blockNumber', 'eth_getBlockByNumber'], staleHead((await chain.height()) - 8));
    await pool.inspect();
    await pool.call('eth_blockNumber', []);
    expect([first.count('eth_blockNumber'), second.count('eth_blockNumber')]).toEqual([0, 1]);
    expect(asides).toEqual([[host(first), 'head_went_back']]);
    first.heal();
    await pool.inspect();
    expect(stateOf(pool, first)?.state).toBe('ok');
  });

  it('is not put off by a head that is none', async () => {
    const pool = aPool();
    first.inject('eth_getBlockByNumber', result({ hash: '0x1', number: 'many' }));
    await expect(pool.inspect()).resolves.toBeNull();
    expect(pool.report().map(({ head }) => head)).toEqual([null, await chain.height()]);
  });

  it('asks an old head all the same when there is no other', async () => {
    const pool = aPool([first]);
    await pool.inspect();
    await chain.mine(10);
    await pool.inspect();
    first.inject('eth_getBlockByNumber', staleHead((await chain.height()) - 8));
    await pool.inspect();
    expect(stateOf(pool, first)?.state).toBe('aside');
    await expect(pool.call('eth_blockNumber', [])).resolves.toBeGreaterThan(0);
  });

  it('finds the very block from which endpoints contradict each other, and that they agree again', async () => {
    const pool = aPool();
    await expect(pool.inspect()).resolves.toBeNull();
    const twin = await chain.twin();
    const from = (await chain.height()) + 1;
    await Promise.all([chain.pay(chain.token, 0n), twin.pay(chain.payer, 1n)]);
    await Promise.all([chain.mine(10), twin.mine(7)]);
    second.target = twin.url;
    const found = await pool.inspect();
    expect(found?.from).toBe(from);
    expect(found?.hashes.map(({ endpoint }) => endpoint)).toEqual([host(first), host(second)]);
    await second.die();
    await expect(pool.inspect()).resolves.toMatchObject({ from });
    await second.revive();
    second.target = chain.url;
    await expect(pool.inspect()).resolves.toBeNull();
    expect(pool.contradiction).toBeNull();
    await twin.stop();
  });

  it('has one that is old and far behind decide nothing about the newest block, while another answers', async () => {
    await chain.mine(12);
    const pool = aPool();
    const height = await chain.height();
    second.inject('eth_getBlockByNumber', {
      kind: 'answer',
      answer: async ({ method, params: [asked, ...others] }, ask) => {
        const block = asked === 'latest' ? quantity(height - 12) : asked;
        const { result } = (await ask({ method, params: [block, ...others] })) as {
          result: { timestamp: string };
        };
        return { result: { ...result, timestamp: quantity(Number(result.timestamp) - 36_000) } };
      },
    });
    await pool.inspect();
    expect(stateOf(pool, second)?.reason).toMatch(/^head_stands_still/);
    const heads = (isEvenOld = false) =>
      pool.fromEveryEndpoint(
        async (rpc) => (await rpc.call('eth_getBlockByNumber', ['latest', false])).number,
        'heads',
        { isEvenOld },
      );
    await expect(heads()).resolves.toEqual([height]);
    await expect(heads(true)).resolves.toEqual([height, height - 12]);
    first.inject('*', serverError());
    await expect(heads()).resolves.toEqual([height - 12]);
  });

  it('finds endpoints to contradict each other that tell different times of the same block', async () => {
    const pool = aPool();
    const heal = second.inject('eth_getBlockByNumber', {
      kind: 'answer',
      answer: async (call, ask) => {
        const { result } = (await ask(call)) as { result: { timestamp: string } };
        return { result: { ...result, timestamp: `0x${(Number(result.timestamp) + 3_600).toString(16)}` } };
      },
    });
    await expect(pool.inspect()).resolves.toMatchObject({ from: expect.any(Number) });
    heal();
    await expect(pool.inspect()).resolves.toBeNull();
  });

  it('keeps to the rate given', async () => {
    const pool = aPool([first], { requestsPerSecond: 20 });
    const began = performance.now();
    await Promise.all(Array.from({ length: 30 }, () => pool.call('eth_blockNumber', [])));
    expect(performance.now() - began).toBeGreaterThanOrEqual(450);
  });

  it('tells of every call, and never what is secret', async () => {
    const told: unknown[] = [];
    const secret = `${first.url.replace('//', '//user:hunter2@')}/v2/secret-key?token=hidden`;
    const pool = new RpcPool([secret, secret], 31_337, {
      onCall: (...call) => told.push(call.slice(0, 3)),
    });
    pools.push(pool);
    first.inject('eth_blockNumber', serverError());
    const error = await pool.call('eth_blockNumber', []).catch((thrown: Error) => thrown.message);
    expect(told).toContainEqual([`${host(first)} (2)`, 'eth_blockNumber', 'transient']);
    expect(JSON.stringify([told, error, pool.report()])).not.toMatch(/hunter2|secret-key|hidden/);
  });

  it.each<[string, string, readonly unknown[], Fault]>([
    ['no newest block', 'eth_getBlockByNumber', ['latest', false], result(null)],
    [
      'a block without its transactions',
      'eth_getBlockByNumber',
      ['0x1', true],
      changed({ transactions: undefined }),
    ],
    [
      'a block with null for transactions',
      'eth_getBlockByNumber',
      ['0x1', true],
      changed({ transactions: null }),
    ],
    ['an object for receipts', 'eth_getBlockReceipts', ['0x1'], result({})],
    ['no number for a balance', 'eth_getBalance', [`0x${'11'.repeat(20)}`, 'latest'], result('0x')],
  ])(
    'puts aside one that gives %s, and asks the next in the same read',
    async (_what, method, params, fault) => {
      const pool = aPool();
      first.inject(method, fault);
      const answer = await pool.call(method as 'eth_getBalance', params);
      expect(answer).not.toBeNull();
      expect(stateOf(pool, first)).toMatchObject({ state: 'aside' });
      expect(stateOf(pool, first)?.reason).toMatch(/^unproven_answer: .*should be/);
    },
  );

  it('takes what a read throws at an answer for the answer’s fault, and leaves alone what is not', async () => {
    const pool = aPool();
    const read = (wrong: Error) => {
      let reads = 0;
      return pool.fromOneEndpoint(async (rpc) => {
        await rpc.call('eth_blockNumber', []);
        if (reads++ === 0) throw wrong;
        return reads;
      }, 'a read');
    };
    await expect(read(new TypeError('nothing to map'))).resolves.toBe(2);
    expect(stateOf(pool, first)?.reason).toMatch(/^unproven_answer: .*nothing to map/);
    await expect(read(new Error('the database is gone'))).rejects.toThrow('the database is gone');
    expect(stateOf(pool, second)?.state).toBe('ok');
  });

  it('asks a second when the first hangs, within about a second, and asks that one first for a while', async () => {
    const pool = aPool();
    await pool.call('eth_blockNumber', []);
    first.inject('*', hung());
    const began = performance.now();
    await pool.call('eth_blockNumber', []);
    // The call to the first one is given up after ten.
    expect(performance.now() - began).toBeLessThan(8_000);
    expect(stateOf(pool, first)).toMatchObject({
      state: 'poor',
      reason: 'another endpoint was asked later, and answered sooner',
    });
    first.resetCounts();
    await pool.call('eth_blockNumber', []);
    expect(first.count()).toBe(0);
  });

  it('asks the next for a block, whole or by a name such as `finalized`, that the first does not know', async () => {
    let nowMs = 0;
    const finality = { now: () => nowMs };
    const reader = new RpcChainReader(aPool(), new BlockProver('full'), new Sources(), 1_000, finality);
    const watch = { tokens: new Set<TokenAddress>(), ownAmong: () => Promise.resolve(new Set<Address>()) };
    first.inject('eth_getBlockByNumber', result(null));
    expect(await reader.block(1, watch)).toMatchObject({ number: 1 });
    // What one alone calls final counts once the other has been silent for long.
    expect(await reader.finalNumber('safe')).toBeNull();
    nowMs += 5 * 60_000;
    expect(await reader.finalNumber('safe')).toBeGreaterThanOrEqual(0);
    second.inject('eth_getBlockByNumber', result(null));
    expect(await reader.block(1, watch)).toBeNull();
    expect(await reader.finalNumber('safe')).toBeNull();
  });

  it('asks the next for what the first does not know, and knows it missing only where all say so', async () => {
    const pool = aPool();
    first.inject('eth_getBlockByNumber', result(null));
    await expect(pool.call('eth_getBlockByNumber', ['0x1', false])).resolves.toMatchObject({ number: 1 });
    second.inject('eth_getBlockByNumber', result(null));
    await expect(pool.call('eth_getBlockByNumber', ['0x1', false])).resolves.toBeNull();
  });

  it('looks at the chain id of one alone again, and takes what is none for a node that is not ready', async () => {
    const pool = aPool([first]);
    first.inject('eth_chainId', result('0x0'), 1);
    await expect(pool.call('eth_blockNumber', [])).rejects.toThrow(/not ready/);
    await expect(pool.call('eth_blockNumber', [])).resolves.toBeGreaterThan(0);
    const other = aPool([second]);
    second.inject('eth_chainId', wrongChainId(1), 1);
    await expect(other.call('eth_blockNumber', [])).rejects.toThrow(/another chain/);
    await waitFor('it to be asked again', () =>
      other.call('eth_blockNumber', []).then(
        () => true,
        () => false,
      ),
    );
    expect(stateOf(other, second)).toMatchObject({ state: 'ok' });
  });

  it('asks one alone again soon after an answer that was not usable, and for all else at once', async () => {
    const pool = aPool([first]);
    first.inject('eth_gasPrice', result('dear'), 1);
    await expect(pool.call('eth_gasPrice', [])).rejects.toThrow(/eth_gasPrice is not usable/);
    await expect(pool.call('eth_blockNumber', [])).resolves.toBeGreaterThan(0);
    await waitFor('it to be asked again', () =>
      pool.call('eth_gasPrice', []).then(
        () => true,
        () => false,
      ),
    );
  });
});

/** The node's answer with other fields. */
function changed(fields: Record<string, unknown>): Fault {
  return {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = await ask(call);
      return 'result' in answer ? { result: { ...(answer.result as object), ...fields } } : answer;
    },
  };
}

function quantity(number: number): string {
  return `0x${number.toString(16)}`;
}
