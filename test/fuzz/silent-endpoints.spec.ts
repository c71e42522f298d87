import { afterAll, beforeEach, expect, it } from '@jest/globals';
import { RpcError } from '../../src/chain/rpc/rpc-endpoint.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { type Call } from '../harness/faulty-rpc.js';
import { VirtualTime } from './virtual-time.js';
import { Wire } from './wire.js';

const URLS = ['http://first.node', 'http://second.node'];
const [FIRST, SECOND] = URLS as [string, string];
const ADDRESS = `0x${'11'.repeat(20)}`;
const BLOCK = { blockHash: `0x${'22'.repeat(32)}` };

const wire = new Wire();
const time = new VirtualTime();
/** What nodes never answer, by URL. */
let silent: Record<string, readonly string[]>;

afterAll(() => wire.takeUp());
beforeEach(() => {
  silent = {};
  for (const url of URLS) {
    wire.serve(url, {
      answer: ({ method }) => ({ result: method === 'eth_chainId' ? '0x7a69' : '0x5' }),
      exchange: (exchange, calls) => Promise.resolve(isSilent(url, calls) ? 'nothing' : exchange),
    });
  }
});

function isSilent(url: string, calls: readonly Call[]): boolean {
  return calls.some(({ method }) => silent[url]?.some((one) => one === method || one === 'all'));
}

const balances = (pool: RpcPool) =>
  pool.fromEveryEndpoint((rpc) => rpc.call('eth_getBalance', [ADDRESS, BLOCK]), 'eth_getBalance');
const nonces = (pool: RpcPool) =>
  pool.fromEveryEndpoint((rpc) => rpc.call('eth_getTransactionCount', [ADDRESS, BLOCK]), 'nonces');

/** @returns how long each took, ms, and how many answered */
async function timed(...reads: ((pool: RpcPool) => Promise<unknown[]>)[]) {
  return time.run(async () => {
    const pool = new RpcPool(URLS, 31_337);
    const told: { ms: number; answers: number }[] = [];
    for (const read of reads) {
      const began = time.now();
      const answers = await read(pool).catch((error: unknown) => {
        if (error instanceof RpcError) return [];
        throw error;
      });
      told.push({ ms: Math.round(time.now() - began), answers: answers.length });
    }
    pool.close();
    return told;
  });
}

it('waits seconds for one that hangs where all are asked, and a moment when it hung just now', async () => {
  silent = { [FIRST]: ['all'] };
  const told = await timed(balances, balances, nonces);
  expect(told.map(({ answers }) => answers)).toEqual([1, 1, 1]);
  const [first, again, other] = told.map(({ ms }) => ms) as [number, number, number];
  expect(first).toBeLessThan(3_500);
  expect(Math.max(again, other)).toBeLessThan(1_500);
});

it('hears one that answers everything else as soon as it answers this as well', async () => {
  silent = { [FIRST]: ['eth_getBalance'] };
  const heal = () => {
    silent = {};
    return Promise.resolve([]);
  };
  const told = await timed(balances, nonces, balances, heal, balances);
  expect(told.map(({ answers }) => answers)).toEqual([1, 2, 1, 0, 2]);
  expect(told[2]?.ms).toBeLessThan(1_500);
});

it('waits for all as long as none has answered, since a refusal is no answer', async () => {
  silent = { [FIRST]: ['all'] };
  wire.serve(SECOND, { answer: () => ({ error: { code: -32_000, message: 'missing trie node' } }) });
  const told = await timed(balances);
  expect(told).toEqual([{ ms: expect.any(Number), answers: 0 }]);
  expect(told[0]?.ms).toBeGreaterThanOrEqual(10_000);
});
