import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type Block } from '../../src/chain/blocks/block.js';
import { BlockProver } from '../../src/chain/proof/block-prover.js';
import { AgreedAnswers } from '../../src/chain/rpc/agreed-answers.js';
import { block as readBlock } from '../../src/chain/rpc/answers/blocks.js';
import { RpcPool } from '../../src/chain/rpc/rpc-pool.js';
import { BalanceProofs } from '../../src/chain/transfers/balance-proofs.js';
import { type InternalFound } from '../../src/chain/transfers/internal-transfers.js';
import { blockOf } from '../../src/chain/transfers/movements.js';
import { BalanceTransfers } from '../../src/chain/transfers/balance-transfers.js';
import { TracedTransfers, tracesOrBalances } from '../../src/chain/transfers/traced-transfers.js';
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
let byBalance: BalanceTransfers;
let nowMs = 0;

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
  const parts = [pool, prover, new BalanceProofs(prover), agreed] as const;
  transfers = new TracedTransfers(...parts, tracesOrBalances({ now: () => nowMs }));
  byBalance = new BalanceTransfers(...parts);
});
afterEach(async () => {
  pool.close();
  await node.die();
});

const anAddress = () => toAddress(Wallet.createRandom().address);

/** What is found in the newest block. @param own that are ours, and no longer watched */
async function search(watched: readonly Address[], own: readonly Address[] = []): Promise<InternalFound> {
  return searchFrom(await chain.height(), () => Promise.resolve(watched), new Set([...watched, ...own]));
}

/** The same of all from a block on. */
async function searchFrom(
  first: number,
  watched: () => Promise<readonly Address[]>,
  ours: ReadonlySet<Address> = new Set(),
): Promise<InternalFound> {
  const head = await chain.height();
  const numbers = Array.from({ length: head - first + 1 }, (_, index) => first + index);
  return transfers.search({
    blocks: await Promise.all(numbers.map(blockAt)),
    head,
    watched,
    ownAmong: (addresses) => Promise.resolve(new Set(addresses.filter((one) => ours.has(one)))),
  });
}

async function blockAt(number: number): Promise<Block> {
  return blockOf(readBlock(await chain.rpc('eth_getBlockByNumber', [toQuantity(number), true])), []);
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
    // It may pass: it is waited for as long as the scan waits for a search.
    for (const waitedMs of [0, 1_000, 150_000, 148_999]) {
      nowMs += waitedMs;
      await expect(search([first, second], [old])).rejects.toThrow(/execution timeout/);
    }
    nowMs++;
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

  it('has linked blocks searched by their balances together, and what is not linked one after the other', async () => {
    node.inject(
      ['debug_traceBlockByHash', 'debug_traceTransaction', 'trace_block'],
      failure(-32_008, 'too big'),
    );
    const pay = async (to: Address) => {
      await payer.call('pay', to, 5n);
      await chain.mine();
    };
    const [stranger, shop] = [anAddress(), anAddress()];
    await pay(stranger);
    const first = await chain.height();
    for (let blocks = 1; blocks < 5; blocks++) await pay(stranger);
    await chain.mine();
    await pay(stranger);
    const read: number[] = [];
    const found = await searchFrom(first, () => {
      read.push(node.count('eth_getBalance'));
      return Promise.resolve([shop]);
    });
    // The balances after each of a run of five and before it, and of one block; the second after the first.
    expect([...read, node.count('eth_getBalance')]).toEqual([0, 6, 8]);
    expect(found).toEqual({
      movements: [],
      unsearched: [],
      inPart: [...Array.from({ length: 5 }, (_, index) => first + index), await chain.height()],
    });
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

describe('balances of blocks that are searched together', () => {
  const price = 10n ** 11n;
  /** As much comes from inside as a later block of the run takes away: by a transaction of the address's own, as a sweep is. */
  const cameAndWent = async (): Promise<{ address: Address; first: number }> => {
    const wallet = Wallet.createRandom();
    const address = toAddress(wallet.address);
    await chain.pay(address, 10n ** 18n);
    await chain.mine();
    await payer.call('pay', address, 5n + 21_000n * price);
    await chain.mine();
    const first = await chain.height();
    const signed = {
      to: anAddress(),
      value: 5n,
      gasLimit: 21_000n,
      gasPrice: price,
      chainId: 31_337,
      nonce: 0,
    };
    await chain.rpc('eth_sendRawTransaction', [await wallet.signTransaction(signed)]);
    await chain.mine();
    return { address, first };
  };
  const found = async (first: number, watched: readonly Address[]) => {
    const head = await chain.height();
    const blocks = await Promise.all(
      Array.from({ length: head - first + 1 }, (_, index) => blockAt(first + index)),
    );
    return byBalance.search({ blocks, head, watched: () => Promise.resolve(watched) });
  };

  it('are compared block by block, so that what was spent in the run does not hide what came', async () => {
    const { address, first } = await cameAndWent();
    expect(shown(await found(first, [address]))).toMatchObject([
      { to: address, amount: 5n + 21_000n * price },
    ]);
  });

  it('are compared at its ends only where they are many', async () => {
    const { address, first } = await cameAndWent();
    await chain.mine(100);
    const others = Array.from({ length: 20 }, anAddress);
    const before = node.count('eth_getBalance');
    await found(first, [address, ...others]);
    expect(node.count('eth_getBalance') - before).toBe(2 * (others.length + 1));
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

describe('a transaction of which a part cannot be read', () => {
  const ELSEWHERE = { type: 'CALL', from: `0x${'11'.repeat(20)}`, value: '0x9', input: '0x', gas: '0x1' };
  /** Something moves to a stranger before what the contract pays. */
  const after = (to: string) => (top: Frame) => ({
    ...top,
    calls: [{ ...ELSEWHERE, to }, ...(top.calls ?? [])],
  });

  function show(changed: (top: Frame) => Frame): void {
    node.heal();
    change('debug_traceBlockByHash', (traced: { result: Frame }[]) =>
      traced.map((one) => ({ ...one, result: changed(one.result) })),
    );
    change('debug_traceTransaction', changed);
  }

  it('names no money until all is read: its place among the others is not known before', async () => {
    const shop = anAddress();
    const hash = await payer.call('pay', shop, 5n);
    await chain.mine();
    const places = async (found: Promise<InternalFound>) =>
      (await found).movements.map(({ txHash, ordinal, amount }) => ({ txHash, ordinal, amount }));
    const balances = async () => {
      const number = await chain.height();
      return byBalance.search({
        blocks: [await blockAt(number)],
        head: number,
        watched: () => Promise.resolve([shop]),
      });
    };
    show(after('one1a50tun737ulcvwy0yvve0pvu5skq0kjargvhwe'));
    const unknown = [{ txHash: null, ordinal: 0, amount: 5n }];
    expect(await places(search([shop]))).toEqual(unknown);
    expect(await places(balances())).toEqual(unknown);
    // Only whom to look at.
    expect(await places(search([], [shop]))).toEqual(unknown);
    show(after(`0x${'22'.repeat(20)}`));
    const known = [{ txHash: hash, ordinal: 1, amount: 5n }];
    expect(await places(search([shop]))).toEqual(known);
    expect(await places(balances())).toEqual(known);
  });
});

const sum = ({ movements }: InternalFound, address: Address) =>
  movements.reduce((total, { to, amount }) => total + (to === address ? amount : 0n), 0n);

/** Those below the transaction itself. */
function changed(top: Frame, odd: (frame: Frame) => Frame): Frame {
  const below = (frame: Frame): Frame =>
    odd({ ...frame, ...(frame.calls ? { calls: frame.calls.map(below) } : {}) });
  return { ...top, calls: (top.calls ?? []).map(below) };
}
