import { describe, expect, it } from '@jest/globals';
import { readAnswer, type RpcMethod } from '../rpc/methods.js';
import { type Told } from '../rpc/asked-members.js';
import { MethodNotFoundError, type Rpc, RpcError } from '../rpc/rpc-endpoint.js';
import { type RpcFailureKind } from '../rpc/rpc-failure.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { FinalBlock } from '../reading/final-block.js';
import { broadcastToAll } from './broadcast-to-all.js';
import { CallRevertedError, ChainAccounts, DisagreementError } from './chain-accounts.js';
import { toAddress, toTokenAddress } from '../../ids/ids.js';

const HASH = `0x${'1'.repeat(64)}`;
const ADDRESS = toAddress(`0x${'22'.repeat(20)}`);
const TOKEN = toTokenAddress(`0x${'33'.repeat(20)}`);
const CALL = { from: ADDRESS, to: TOKEN, data: '0x' };

/** By what is called, and of what block: an answer, or an error of a node. */
type Says = (method: RpcMethod, params: readonly unknown[]) => unknown;

/** A pool of nodes, each of which answers as it is told. */
function pool(...nodes: Says[]): RpcPool {
  const rpcs = nodes.map(
    (says) =>
      ({
        call: (method: RpcMethod, params: unknown[]) => {
          const answer = says(method, params);
          return answer instanceof Error
            ? Promise.reject(answer)
            : Promise.resolve(readAnswer(method, params as never, answer));
        },
      }) as unknown as Rpc,
  );
  const [first] = rpcs as [Rpc];
  return {
    size: rpcs.length,
    askEach: async <T>(read: (rpc: Rpc) => Promise<T>) => {
      const all = await Promise.allSettled(rpcs.map(read));
      return all.map((one) =>
        one.status === 'fulfilled'
          ? { endpoint: 'it', answer: one.value }
          : { endpoint: 'it', failure: one.reason as RpcError },
      );
    },
    call: first.call.bind(first),
    fromOneEndpoint: <T>(read: (rpc: Rpc) => Promise<T>) => read(first),
    fromEveryEndpoint: async <T>(read: (rpc: Rpc) => Promise<T>) => {
      const all = await Promise.allSettled(rpcs.map(read));
      const given = all.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      if (given.length === 0) throw (all[0] as PromiseRejectedResult).reason;
      return given;
    },
  } as unknown as RpcPool;
}

/** The same, and one more of which this is told. */
function besides(nodes: RpcPool, other: Told<never>): Pick<RpcPool, 'askEach'> {
  return { askEach: async (read, what) => [...(await nodes.askEach(read, what)), other] };
}

const always = (answer: unknown) => () => answer;
const reverted = () => new RpcError('it', 'eth_call', 'execution reverted: no', { kind: 'reverted' });
const hex = (number: bigint) => `0x${number.toString(16)}`;

describe('no endpoint alone decides', () => {
  const estimate = (...estimates: bigint[]) =>
    new ChainAccounts(pool(...estimates.map((gas) => always(hex(gas))))).estimateGas(CALL, HASH);

  it('how much gas is allowed: the middle of what they say, and nothing where two are far apart', async () => {
    await expect(estimate(50_000n)).resolves.toBe(50_000n);
    await expect(estimate(50_000n, 52_000n)).resolves.toBe(52_000n);
    await expect(estimate(30_000_000n, 52_000n, 50_000n)).resolves.toBe(52_000n);
    await expect(estimate(21_000n, 52_000n, 50_000n)).resolves.toBe(50_000n);
    await expect(estimate(30_000_000n, 50_000n)).rejects.toThrow(DisagreementError);
    await expect(estimate(21_000n, 50_000n)).rejects.toThrow(DisagreementError);
  });

  it('whether a transfer would succeed: where they differ, the scanned block does, after which all say the same', async () => {
    const after = (then: unknown, now: unknown) => (_method: RpcMethod, params: readonly unknown[]) =>
      typeof params[1] === 'object' ? then : now;
    const tried = (...nodes: Says[]) => new ChainAccounts(pool(...nodes)).estimateGas(CALL, HASH);
    const [behind, liar, right] = [
      after('0x', reverted()),
      after('0x', '0xc350'),
      after(reverted(), reverted()),
    ];
    await expect(tried(behind, after('0x', '0xc350'))).resolves.toBe(50_000n);
    await expect(tried(liar, right)).rejects.toThrow(/contradict each other whether it would fail/);
    await expect(tried(right, right)).rejects.toThrow(CallRevertedError);
    await expect(tried(behind, behind)).rejects.toThrow(/it would fail now, and not after block/);
  });

  it('how much of a token there is: more than there can be of any says nothing, unless the books have it', async () => {
    const all = 2n ** 256n - 1n;
    const word = (amount: bigint) => `0x${amount.toString(16).padStart(64, '0')}`;
    const held = (expected: bigint | null, after: string, ...said: bigint[]) =>
      new ChainAccounts(pool(...said.map((amount) => always(word(amount))))).balance(
        ADDRESS,
        TOKEN,
        after,
        expected,
      );
    await expect(held(null, HASH, all)).rejects.toThrow(/names more than there can be/);
    await expect(held(null, HASH, 2n ** 192n)).resolves.toBe(2n ** 192n);
    await expect(held(all, HASH, all)).resolves.toBe(all);
    await expect(held(null, 'latest', all, 5n)).resolves.toBe(5n);
    await expect(held(5n, HASH, all, 5n)).resolves.toBe(5n);
    await expect(held(7n, HASH, all, 5n)).rejects.toThrow(DisagreementError);
  });

  it('what is at an address, neither less nor more than the books expect of it', async () => {
    const balance = (expected: bigint | null, ...said: bigint[]) =>
      new ChainAccounts(pool(...said.map((wei) => always(hex(wei))))).balance(ADDRESS, null, HASH, expected);
    await expect(balance(5n, 5n, 0n)).resolves.toBe(5n);
    await expect(balance(5n, 0n, 5n)).resolves.toBe(5n);
    await expect(balance(5n, 7n, 7n)).resolves.toBe(7n);
    await expect(balance(5n, 1_000n, 7n)).rejects.toThrow(DisagreementError);
    await expect(balance(null, 1_000n, 0n)).rejects.toThrow(DisagreementError);
  });

  it('where a block’s state proves what native money is there, it decides between them', async () => {
    const evidence = { account: () => Promise.resolve({ nonce: 0, balance: 7n }) };
    const accounts = new ChainAccounts(pool(always('0x3e8'), always('0x7')), evidence);
    await expect(accounts.balance(ADDRESS, null, HASH)).resolves.toBe(7n);
    const word = (amount: bigint) => always(`0x${amount.toString(16).padStart(64, '0')}`);
    const ofToken = new ChainAccounts(pool(word(1_000n), word(7n)), evidence);
    await expect(ofToken.balance(ADDRESS, TOKEN, HASH)).rejects.toThrow(DisagreementError);
  });

  it('what code is at an address', async () => {
    const code = (...said: string[]) => new ChainAccounts(pool(...said.map(always))).code(ADDRESS, HASH);
    await expect(code('0x6001', '0x6001')).resolves.toBe('0x6001');
    await expect(code('0x6001', '0x')).rejects.toThrow(DisagreementError);
    await expect(code('0x', '0x6001')).rejects.toThrow(DisagreementError);
  });

  it('how much gas a block takes', async () => {
    const head = (gasLimit: bigint) =>
      always({ number: '0x1', hash: HASH, parentHash: HASH, timestamp: '0x1', gasLimit: hex(gasLimit) });
    const accounts = new ChainAccounts(pool(head(2n ** 40n), head(30_000_000n)));
    await expect(accounts.blockGas()).resolves.toBe(30_000_000n);
  });

  it('which block is final: the lowest that any of them names', async () => {
    let [one, other]: [bigint, bigint | null] = [100n, 60n];
    const named = (number: bigint | null) =>
      number === null ? null : { number: hex(number), hash: HASH, parentHash: HASH, timestamp: '0x1' };
    const final = new FinalBlock(
      pool(
        () => named(one),
        () => named(other),
      ),
    );
    await expect(final.number('finalized')).resolves.toBe(60);
    [one, other] = [100n, 80n];
    await expect(final.number('finalized')).resolves.toBe(80);
    one = 70n;
    await expect(final.number('finalized')).resolves.toBe(70);
    [one, other] = [90n, null];
    await expect(final.number('finalized')).resolves.toBe(80);
  });

  it('that nobody knows which block is final is told once, as is that it is known again', async () => {
    let says: unknown = null;
    const told: (string | null)[] = [];
    const refused = (words: string) => new RpcError('it', 'eth_getBlockByNumber', words);
    const final = new FinalBlock(
      pool(() => says),
      { onTrouble: (_what, reason) => told.push(reason) },
    );
    const block = { number: '0x5', hash: HASH, parentHash: HASH, timestamp: '0x1' };
    for (const answer of [block, null, null, refused('try 1'), refused('try 2'), block, block]) {
      says = answer;
      await final.number('finalized');
    }
    expect(told).toEqual(['no endpoint names a finalized block', refused('try 1').message, null]);
    expect(final.trouble.unknownBecause).toBeNull();
  });

  it('where signed bytes stay: all are given them, and the best answer counts', async () => {
    const given: number[] = [];
    const taking = (place: number, answer: unknown) => () => {
      given.push(place);
      return answer;
    };
    const full = new RpcError('it', 'eth_sendRawTransaction', 'txpool is full');
    const nodes = pool(taking(0, full), taking(1, HASH), taking(2, full));
    await expect(broadcastToAll(nodes, '0x')).resolves.toEqual({
      outcome: 'accepted',
      words: null,
      isForGood: false,
      isRefused: false,
      isHeardOfAll: false,
      stands: { minding: 1, lacking: 0, refusing: 0, aboveCap: 0 },
    });
    expect(given).toEqual([0, 1, 2]);
    const low = new RpcError('it', 'eth_sendRawTransaction', 'insufficient funds for gas');
    const none = pool(taking(0, full), taking(1, low));
    await expect(broadcastToAll(none, '0x')).resolves.toMatchObject({ outcome: 'insufficient_funds' });
  });

  it('where signed bytes stay: they are given up only by what all of them say', async () => {
    const never = new RpcError('it', 'eth_sendRawTransaction', 'exceeds block gas limit');
    const full = new RpcError('it', 'eth_sendRawTransaction', 'txpool is full');
    const away = new RpcError('it', 'eth_sendRawTransaction', 'the connection failed');
    const sayings = [
      [never, never],
      [never, full],
      [away, never],
      [never, HASH],
    ] as const;
    const said = sayings.map((answers) =>
      broadcastToAll(pool(...answers.map((answer) => () => answer)), '0x'),
    );
    expect((await Promise.all(said)).map(({ isForGood }) => isForGood)).toEqual([true, false, false, false]);
  });

  it('where signed bytes stay: one that rests, or is late, has not given them up', async () => {
    const never = new RpcError('it', 'eth_sendRawTransaction', 'exceeds block gas limit');
    const away = (silentMs: number) => {
      const failure = new RpcError('it', 'eth_sendRawTransaction', 'it is put aside');
      const aside = { endpoint: 'it', failure, isAside: true, silentMs };
      return besides(pool(always(never), always(never)), aside);
    };
    await expect(broadcastToAll(away(0), '0x')).resolves.toMatchObject({
      outcome: 'refused',
      isForGood: false,
      isHeardOfAll: false,
    });
    // Of one that nothing but trouble came of for long nobody waits.
    const gone = await broadcastToAll(away(10 * 60_000), '0x');
    expect(gone).toMatchObject({ outcome: 'refused', isForGood: true, isHeardOfAll: true });
  });

  const said = (words: string, kind: RpcFailureKind = 'transient') =>
    new RpcError('it', 'eth_sendRawTransaction', words, { kind, isAnswered: true });
  const odd = said('computer says no');
  const connection = new RpcError('it', 'eth_sendRawTransaction', 'the connection failed');
  const lacking = new MethodNotFoundError('it', 'eth_sendRawTransaction', 'it does not have this method', {
    kind: 'unsupported',
  });
  it('where signed bytes stay: one whose head stands still does not count where others refuse them', async () => {
    const stuck = { endpoint: 'it', answer: HASH, isBehind: true } as unknown as Told<never>;
    const refused = await broadcastToAll(besides(pool(always(odd)), stuck), '0x');
    expect(refused).toMatchObject({ outcome: 'unreachable', isRefused: true, isHeardOfAll: true });
    const capped = said('tx fee (2.00 ether) exceeds the configured cap (1.00 ether)');
    expect(await broadcastToAll(besides(pool(always(capped)), stuck), '0x')).toMatchObject({
      outcome: 'fee_above_cap',
      isRefused: true,
    });
    const alone = await broadcastToAll(besides(pool(always(connection)), stuck), '0x');
    expect(alone).toMatchObject({ outcome: 'accepted', isRefused: false, isForGood: false });
  });

  it.each([
    ['all say no, whatever the words', [odd, odd], true, true],
    ['one would for more money', [odd, said('insufficient funds for gas')], false, true],
    ['one would at another price', [odd, said('transaction underpriced')], false, true],
    ['one has them', [odd, said('already known')], false, true],
    [
      'what they may cost is above its cap',
      [said('tx fee (2 ether) exceeds the configured cap')],
      true,
      true,
    ],
    ['one has a full pool', [odd, said('txpool is full')], true, false],
    ['one cannot be reached', [odd, connection], true, false],
    ['one refuses us', [odd, said('daily quota reached', 'rate_limited')], true, false],
    ['one takes no transactions at all', [odd, lacking], true, true],
    ['nobody can be reached', [connection, connection], false, false],
    ['nobody takes transactions', [lacking, lacking], false, true],
  ])('where signed bytes stay: refused, where %s', async (_where, answers, isRefused, isHeardOfAll) => {
    const nodes = pool(...answers.map((answer) => always(answer)));
    await expect(broadcastToAll(nodes, '0x')).resolves.toMatchObject({ isRefused, isHeardOfAll });
  });

  it('where signed bytes stay: by how many have them, say no, or that they cannot be paid', async () => {
    const stuck = { endpoint: 'it', answer: HASH, isBehind: true } as unknown as Told<never>;
    const answers = [odd, said('already known'), said('insufficient funds for gas'), connection];
    const nodes = pool(...[...answers, said('tx fee (2 ether) exceeds the configured cap')].map(always));
    const { stands } = await broadcastToAll(besides(nodes, stuck), '0x');
    expect(stands).toEqual({ minding: 1, lacking: 1, refusing: 2, aboveCap: 1 });
  });
});
