import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Wallet } from 'ethers';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { AgreedAnswers } from '../../src/chain/rpc/agreed-answers.js';
import { block as readBlock } from '../../src/chain/rpc/answers/blocks.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { BalanceProofs } from '../../src/chain/transfers/balance-proofs.js';
import { type InternalFound } from '../../src/chain/transfers/internal-transfers.js';
import { blockOf } from '../../src/chain/transfers/movements.js';
import { TracedTransfers } from '../../src/chain/transfers/traced-transfers.js';
import { type Address, toAddress } from '../../src/ids/ids.js';
import { type Answer, type AnswerFault, type Call, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { PayerContract } from '../harness/payer-contract.js';
import { TestChain } from '../harness/test-chain.js';

let chain: TestChain;
let payer: PayerContract;
let node: FaultyRpc;
let pool: RpcPool;
let transfers: TracedTransfers;

beforeAll(async () => {
  chain = await TestChain.start();
  payer = await PayerContract.deploy(chain);
});
afterAll(() => chain.stop());
beforeEach(async () => {
  node = await FaultyRpc.start(chain.url);
  pool = new RpcPool([node.url], 31_337, { blockTimeMs: 600_000 });
  const prover = new BlockProver('full');
  const agreed = new AgreedAnswers(pool, { blockTimeMs: 600_000 });
  transfers = new TracedTransfers(pool, prover, new BalanceProofs(prover), agreed);
});
afterEach(async () => {
  pool.close();
  await node.die();
});

const anAddress = () => toAddress(Wallet.createRandom().address);

/** What is found in the newest block. @param own that are ours, and no longer watched */
async function search(watched: readonly Address[], own: readonly Address[] = []): Promise<InternalFound> {
  const raw = readBlock(await chain.rpc('eth_getBlockByNumber', ['latest', true]));
  const ours = new Set([...watched, ...own]);
  return transfers.search({
    blocks: [blockOf(raw, [])],
    head: raw.number,
    watched: () => Promise.resolve(watched),
    ownAmong: (addresses) => Promise.resolve(new Set(addresses.filter((one) => ours.has(one)))),
  });
}

const shown = ({ movements }: InternalFound) =>
  movements.map(({ to, amount, txHash }) => ({ to, amount, txHash })).sort((a, b) => (a.to < b.to ? -1 : 1));

type Traced = { txHash: string; result?: object; error?: string };

/** As geth: the others of a block are traced, and this one took too long. */
function untraced(hash: string): void {
  change('debug_traceBlockByHash', (traced: Traced[]) =>
    traced.map((one) => (one.txHash === hash ? { txHash: hash, error: 'execution timeout' } : one)),
  );
  node.inject('debug_traceTransaction', failure(-32_000, 'execution timeout'));
}

function change<T>(method: string, changed: (right: T) => unknown): void {
  const fault: AnswerFault = {
    kind: 'answer',
    answer: async (call: Call, ask: (call: Call) => Promise<Answer>) => {
      const answer = await ask(call);
      return 'result' in answer ? { result: changed(answer.result as T) } : answer;
    },
  };
  node.inject(method, fault);
}

describe('one transaction that no node can trace', () => {
  it('hides nothing that others of its block brought, nor what it brought itself to an address that is watched', async () => {
    const [first, second, old] = [anAddress(), anAddress(), anAddress()] as [Address, Address, Address];
    const seen = await payer.call('pay', first, 5n);
    const late = await payer.call('pay', old, 7n);
    const heavy = await payer.call('pay', second, 11n);
    await chain.mine();
    untraced(heavy);
    // A block is asked for three times before its traces are done without.
    await expect(search([first, second], [old])).rejects.toThrow(/execution timeout/);
    await expect(search([first, second], [old])).rejects.toThrow(/execution timeout/);
    const found = await search([first, second], [old]);
    expect(shown(found)).toEqual(
      [
        { to: first, amount: 5n, txHash: seen },
        { to: second, amount: 11n, txHash: null },
        { to: old, amount: 7n, txHash: late },
      ].sort((a, b) => (a.to < b.to ? -1 : 1)),
    );
    expect(found).toMatchObject({ unsearched: [], inPart: [await chain.height()] });
  });

  it('has traces left alone for a while where it comes in block after block', async () => {
    const shop = anAddress();
    node.inject(
      ['debug_traceBlockByHash', 'debug_traceTransaction', 'trace_block'],
      failure(-32_008, 'too big'),
    );
    for (let blocks = 0; blocks < 3; blocks++) {
      await payer.call('pay', shop, 5n);
      await chain.mine();
      expect((await search([shop])).movements).toHaveLength(1);
    }
    await payer.call('pay', shop, 5n);
    await chain.mine();
    const before = node.count('debug_traceBlockByHash') + node.count('debug_traceTransaction');
    expect(shown(await search([shop]))).toEqual([{ to: shop, amount: 5n, txHash: null }]);
    expect(node.count('debug_traceBlockByHash') + node.count('debug_traceTransaction')).toBe(before);
  });

  it('is one of three at most by which a node that traces no block is asked in vain', async () => {
    const shop = anAddress();
    for (let count = 0; count < 30; count++) await payer.call('pay', anAddress(), 1n);
    await payer.call('pay', shop, 5n);
    await chain.mine();
    node.inject(
      ['debug_traceBlockByHash', 'debug_traceTransaction', 'trace_block'],
      failure(-32_602, 'no tracer'),
    );
    expect(shown(await search([shop]))).toEqual([{ to: shop, amount: 5n, txHash: null }]);
    // Those that were under way together.
    expect(node.count('debug_traceTransaction')).toBe(20);
  });
});

interface Frame {
  calls?: Frame[];
  [field: string]: unknown;
}

/** Frames inside of transactions, as other nodes give them. */
const FRAMES: [string, (frame: Frame) => Frame, { isNamed: boolean }][] = [
  [
    'a type in lower case',
    (frame) => ({ ...frame, type: String(frame.type).toLowerCase() }),
    { isNamed: true },
  ],
  [
    'zero without its digits',
    (frame) => ({ ...frame, value: frame.value === '0x0' ? '0x' : frame.value }),
    { isNamed: true },
  ],
  ['no error, said as false', (frame) => ({ ...frame, error: false }), { isNamed: true }],
  ['a gas that is none', (frame) => ({ ...frame, gas: {}, gasUsed: [] }), { isNamed: true }],
  ['a value in decimal', (frame) => ({ ...frame, value: String(Number(frame.value)) }), { isNamed: false }],
  ['no value', ({ value: _, ...frame }) => frame, { isNamed: false }],
  ['nobody it is from', ({ from: _, ...frame }) => frame, { isNamed: false }],
  ['nobody it is to', ({ to: _, ...frame }) => frame, { isNamed: false }],
  [
    'an address in another alphabet',
    (frame) => ({ ...frame, to: 'one1a50tun737ulcvwy0yvve0pvu5skq0kjargvhwe' }),
    { isNamed: false },
  ],
  ['a kind that nobody knows', (frame) => ({ ...frame, type: 'EXTCALL' }), { isNamed: false }],
  ['an error that is no text', (frame) => ({ ...frame, error: {} }), { isNamed: false }],
  ['no frame at all', () => 'CALL' as unknown as Frame, { isNamed: false }],
];

describe('frames of an odd form', () => {
  it.each(FRAMES)(
    'move what they moved, or what the balance tells of: %s',
    async (_what, odd, { isNamed }) => {
      const [shop, old] = [anAddress(), anAddress()];
      const hash = await payer.call('payTwice', shop, 3n, 4n);
      const plain = await payer.call('pay', old, 7n);
      await payer.call('payAndUndo', shop, 500n);
      await chain.mine();
      change('debug_traceBlockByHash', (traced: { txHash: string; result: Frame }[]) =>
        traced.map(({ txHash, result }) => ({
          txHash,
          result: txHash === hash ? changed(result, odd) : result,
        })),
      );
      change('debug_traceTransaction', (result: Frame) => changed(result, odd));
      const found = await search([shop], [old]);
      const sums = Object.fromEntries([shop, old].map((to) => [to, sum(found, to)]));
      expect(sums).toEqual({ [shop]: 7n, [old]: 7n });
      expect(found.movements.filter(({ to }) => to === shop).map(({ txHash }) => txHash)).toEqual(
        isNamed ? [hash, hash] : [null],
      );
      expect(found.movements.filter(({ to }) => to === old).map(({ txHash }) => txHash)).toEqual([plain]);
      // The next block is asked for by traces again.
      expect(found.inPart).toEqual(isNamed ? [] : [await chain.height()]);
    },
  );
});

const sum = ({ movements }: InternalFound, address: Address) =>
  movements.reduce((total, { to, amount }) => total + (to === address ? amount : 0n), 0n);

/** Those below the transaction itself. */
function changed(top: Frame, odd: (frame: Frame) => Frame): Frame {
  const below = (frame: Frame): Frame =>
    odd({ ...frame, ...(frame.calls ? { calls: frame.calls.map(below) } : {}) });
  return { ...top, calls: (top.calls ?? []).map(below) };
}
