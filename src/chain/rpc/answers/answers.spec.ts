import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readAnswer, type RpcMethod } from '../methods.js';
import { type CallFrame } from './traces.js';
import { NotAsExpected, printable } from './shape.js';

const HASH = `0x${'ab'.repeat(32)}`;
const OTHER = `0x${'cd'.repeat(32)}`;
const ADDRESS = `0x${'11'.repeat(20)}`;
const HEADER = { number: '0x10', hash: HASH, parentHash: OTHER, timestamp: '0x65' };
const TRANSACTION = { hash: HASH, from: ADDRESS, to: ADDRESS, value: '0x5', gas: '0x5208' };
const LOG = { address: ADDRESS, topics: [HASH], data: '0x', blockHash: HASH, transactionHash: HASH };
const RECEIPT = {
  transactionHash: HASH,
  blockHash: HASH,
  blockNumber: '0x10',
  status: '0x1',
  gasUsed: '0x5208',
  cumulativeGasUsed: '0x5208',
  logs: [LOG],
};

const read = (method: RpcMethod, answer: unknown, params: readonly unknown[] = []) =>
  readAnswer(method, params as never, answer) as unknown;

const headerWith = (change: object) =>
  ['eth_getBlockByHash', [HASH, false], { ...HEADER, ...change }] as [RpcMethod, unknown[], unknown];
const transactionWith = (change: object) =>
  ['eth_getTransactionByHash', [HASH], { ...TRANSACTION, ...change }] as [RpcMethod, unknown[], unknown];
const receiptWith = (change: object) =>
  ['eth_getTransactionReceipt', [HASH], { ...RECEIPT, ...change }] as [RpcMethod, unknown[], unknown];

const methodAndAnswer = ([method, params, answer]: [RpcMethod, unknown[], unknown]) =>
  [method, answer, params] as const;

/** Answers that any node might give, with the question each is to. */
const GOOD: [RpcMethod, readonly unknown[], unknown][] = [
  ['eth_chainId', [], '0x1'],
  ['eth_blockNumber', [], '0x10'],
  ['eth_getBlockByNumber', ['0x10', true], { ...HEADER, transactions: [TRANSACTION] }],
  ['eth_getBlockByHash', [HASH, false], HEADER],
  ['eth_getBlockReceipts', [HASH], [RECEIPT]],
  ['eth_getTransactionReceipt', [HASH], RECEIPT],
  ['eth_getTransactionByHash', [HASH], { ...TRANSACTION, blockNumber: '0x10' }],
  ['eth_getLogs', [{}], [LOG]],
  ['eth_call', [], '0x00'],
  ['eth_estimateGas', [], '0x5208'],
  ['eth_gasPrice', [], '0x1'],
  ['eth_maxPriorityFeePerGas', [], '0x1'],
  ['eth_feeHistory', [], { baseFeePerGas: ['0x1', '0x2'], reward: [['0x1']] }],
  ['eth_getBalance', [], '0x1'],
  ['eth_getTransactionCount', [], '0x1'],
  ['eth_getCode', [], '0x'],
  ['eth_getProof', [], { accountProof: ['0x00'] }],
  ['eth_simulateV1', [], [{ calls: [{ logs: [LOG] }] }]],
  ['eth_sendRawTransaction', [], HASH],
  ['debug_traceBlockByHash', [HASH], [{ txHash: HASH, result: { type: 'CALL', from: ADDRESS, calls: [] } }]],
  ['debug_traceTransaction', [HASH], { type: 'CALL', from: ADDRESS, to: ADDRESS, value: '0x1' }],
  [
    'trace_block',
    ['0x10'],
    [{ type: 'call', action: {}, traceAddress: [0], blockHash: HASH, transactionHash: HASH }],
  ],
  ['trace_transaction', [HASH], []],
];

describe('answers', () => {
  it.each(GOOD)('of %s are read', (method, params, answer) => {
    expect(() => read(method, answer, params)).not.toThrow();
  });

  it('are lower-case, and numbers where something is computed', () => {
    const upper = { ...HEADER, hash: HASH.toUpperCase().replace('0X', '0x'), baseFeePerGas: '0x7' };
    expect(read('eth_getBlockByHash', upper, [HASH, false])).toMatchObject({
      hash: HASH,
      number: 16,
      timestamp: 101,
      baseFeePerGas: 7n,
    });
  });

  it('have what may be left out absent, whether it is left out or null', () => {
    const told = { ...HEADER, baseFeePerGas: null, withdrawalsRoot: undefined };
    const header = read('eth_getBlockByNumber', told, ['latest', false]) as Record<string, unknown>;
    expect([header.baseFeePerGas, header.withdrawalsRoot, header.unknownFields]).toEqual([
      undefined,
      undefined,
      {},
    ]);
    const bare = { ...TRANSACTION, to: undefined, gasPrice: null, blockNumber: null };
    expect(read('eth_getTransactionByHash', bare, [HASH])).toMatchObject({ to: null, blockNumber: null });
  });

  it.each<[number, Record<string, unknown>]>([
    [0, {}],
    [1, { accessList: [] }],
    [2, { accessList: [], maxFeePerGas: '0x1' }],
    [3, { maxFeePerGas: '0x1', blobVersionedHashes: [HASH] }],
    [4, { maxFeePerGas: '0x1', authorizationList: [] }],
    [0x7e, { sourceHash: HASH }],
  ])('have the type %i by what only that one has, where none is told', (type, fields) => {
    const told = { ...TRANSACTION, ...fields, blockNumber: '0x10' };
    expect(read('eth_getTransactionByHash', told, [HASH])).toMatchObject({ type });
    expect(read('eth_getTransactionByHash', { ...told, type: '0x5' }, [HASH])).toMatchObject({ type: 5 });
  });

  /** Each row of docs/chains.md, "Answers in another form": what a node may send, and what it is read as. */
  it.each<[string, RpcMethod, readonly unknown[], unknown, unknown]>([
    ['a JSON number for a quantity', 'eth_getBalance', [], 5, 5n],
    ['a JSON number for a height', 'eth_blockNumber', [], 16, 16],
    ['leading zeros', 'eth_getBalance', [], '0x0005', 5n],
    ['upper-case digits and prefix', 'eth_getBalance', [], '0XFF', 255n],
    ['a hash without 0x', 'eth_sendRawTransaction', [], HASH.slice(2).toUpperCase(), HASH],
    ['no transaction, as an empty text', 'eth_getTransactionReceipt', [HASH], '', null],
    ['a root without bytes', ...headerWith({ stateRoot: '0x' }), { stateRoot: undefined }],
    ['null for what it leaves out', ...headerWith({ mixHash: null }), { mixHash: undefined }],
    [
      'numbers in a header',
      ...headerWith({ difficulty: 7, timestamp: 101 }),
      { difficulty: '0x7', timestamp: 101 },
    ],
    ['a nonce of a header as a number', ...headerWith({ nonce: 0 }), { nonce: '0x0000000000000000' }],
    ['a nonce of a header cut short', ...headerWith({ nonce: '0x0' }), { nonce: '0x0000000000000000' }],
    ['no digits for zero in a transaction', ...transactionWith({ value: '0x' }), { value: 0n }],
    ['numbers in a transaction', ...transactionWith({ value: 5, type: 2 }), { value: 5n, type: 2 }],
    ['0x for no recipient', ...transactionWith({ to: '0x' }), { to: null }],
    ['0x0 for no recipient', ...transactionWith({ to: '0x0' }), { to: null }],
    ['an empty text for no recipient', ...transactionWith({ to: '' }), { to: null }],
    ['an address without 0x', ...transactionWith({ to: ADDRESS.slice(2) }), { to: ADDRESS }],
    [
      'null for no keys of an access list',
      ...transactionWith({ accessList: [{ address: ADDRESS, storageKeys: null }] }),
      { accessList: [{ address: ADDRESS, storageKeys: [] }] },
    ],
    ['data for input', ...transactionWith({ input: undefined, data: '0xA1' }), { input: '0xa1' }],
    ['input beside other data', ...transactionWith({ input: '0x', data: '0xa1' }), { input: '0x' }],
    ['0x0 for no input', ...transactionWith({ input: '0x0' }), { input: '0x' }],
    ['text for true', 'eth_getLogs', [{}], [{ ...LOG, removed: 'true' }], [{ removed: true }]],
    ['a number for false', 'eth_getLogs', [{}], [{ ...LOG, removed: 0 }], [{ removed: false }]],
    ['null for no topics', 'eth_getLogs', [{}], [{ ...LOG, topics: null }], [{ topics: [] }]],
    ['null for no logs', ...receiptWith({ logs: null }), { logs: [] }],
    ['true for a status', ...receiptWith({ status: true }), { status: 1 }],
    ['false for a status', ...receiptWith({ status: false }), { status: 0 }],
    ['a number for a status', ...receiptWith({ status: 1 }), { status: 1 }],
  ])(
    'in another form are read where it can mean one thing only: %s',
    (_what, method, params, answer, right) => {
      const told = read(method, answer, params);
      if (typeof right === 'object' && right !== null) expect(told).toMatchObject(right);
      else expect(told).toBe(right);
    },
  );

  it('name the fields of a header that nobody here knows', () => {
    expect(
      read('eth_getBlockByNumber', { ...HEADER, newRoot: HASH, uncles: [] }, ['latest', false]),
    ).toMatchObject({ unknownFields: { newRoot: HASH } });
  });

  it.each<[object, object]>([
    [{ accessList: {} }, { unread: ['accessList'] }],
    [{ authorizationList: [{ address: ADDRESS, v: '0x0' }] }, { unread: ['authorizationList'] }],
    [{ r: `0x00${'ab'.repeat(32)}` }, { unread: ['r'] }],
    [
      { chainId: '1', type: '0x' },
      { unread: ['type', 'chainId'], type: 0 },
    ],
    [{ gas: null }, { unread: ['gas'], gas: 0n }],
    [{ input: undefined, data: 'none' }, { unread: ['data'] }],
  ])('leave out of a transaction what only its hash needs, and name it: %j', (change, right) => {
    expect(read(...methodAndAnswer(transactionWith(change)))).toMatchObject({
      value: 5n,
      to: ADDRESS,
      ...right,
    });
  });

  it('have fields of a header in another form among those that nobody knows', () => {
    const header = { ...HEADER, mixHash: '0x00', miner: 'xdc1f90', stateRoot: OTHER };
    const told = read('eth_getBlockByNumber', header, ['latest', false]);
    expect(told).toMatchObject({ stateRoot: OTHER, unknownFields: { mixHash: '0x00', miner: '' } });
    expect(told).not.toHaveProperty('mixHash', expect.anything());
  });

  it('have a null among the transactions counted, and left out', () => {
    const block = { ...HEADER, transactions: [null, TRANSACTION] };
    const told = read('eth_getBlockByNumber', block, ['0x10', true]) as { transactions: unknown[] };
    expect(told).toMatchObject({ unnamedTransactions: 1 });
    expect(told.transactions).toHaveLength(1);
  });

  it.each<[object, object]>([
    [{ gasUsed: undefined }, { unread: ['gasUsed'], status: 1 }],
    [{ cumulativeGasUsed: undefined }, { cumulativeGasUsed: undefined, status: 1 }],
    [{ l1Fee: 'none' }, { unread: ['l1Fee'], status: 1 }],
  ])('leave out of a receipt what is no outcome: %j', (change, right) => {
    expect(read(...methodAndAnswer(receiptWith(change)))).toMatchObject(right);
  });

  it.each([null, undefined, `0x${'00'.repeat(32)}`, 'none'])(
    'take a log in a receipt for the receipt’s where it names %p',
    (none) => {
      const logs = [
        { ...LOG, blockHash: none, transactionHash: none },
        { ...LOG, blockHash: OTHER },
      ];
      expect(read(...methodAndAnswer(receiptWith({ logs })))).toMatchObject({
        logs: [{ blockHash: HASH, transactionHash: HASH }, { blockHash: OTHER }],
      });
      if (typeof none !== 'string' || none === 'none')
        expect(() => read('eth_getLogs', logs, [{}])).toThrow(/Hash/);
    },
  );

  it.each<[string, RpcMethod, unknown, readonly unknown[], RegExp]>([
    ['no newest block', 'eth_getBlockByNumber', null, ['latest', false], /should be an object, and is null/],
    ['another block', 'eth_getBlockByNumber', HEADER, ['0x11', false], /should be block 17, and is 16/],
    ['another hash', 'eth_getBlockByHash', HEADER, [OTHER, false], /should be about 0xcd/],
    ['the receipt of another transaction', 'eth_getTransactionReceipt', RECEIPT, [OTHER], /about 0xcd/],
    [
      'hashes for transactions',
      'eth_getBlockByNumber',
      { ...HEADER, transactions: [HASH] },
      ['0x10', true],
      /transactions\[0\] should be an object, and is "0xabab/,
    ],
    ['no transactions', 'eth_getBlockByNumber', HEADER, ['0x10', true], /transactions should be a list/],
    [
      'a time in milliseconds',
      'eth_getBlockByHash',
      { ...HEADER, timestamp: 1_795_000_000_000 },
      [HASH, false],
      /timestamp should be seconds since 1970/,
    ],
    ['an amount below zero', 'eth_getTransactionByHash', { ...TRANSACTION, value: '-0x1' }, [HASH], /^value/],
    ['an amount of 257 bits', 'eth_getBalance', `0x1${'0'.repeat(64)}`, [], /quantity/],
    ['a number that lost digits', 'eth_getBalance', 2 ** 53, [], /quantity, and is 9007199254740992/],
    ['a number with a fraction', 'eth_getBalance', 0.5, [], /quantity, and is 0.5/],
    ['a number below zero', 'eth_getBalance', -1, [], /quantity, and is -1/],
    ['digits that may be decimal or not', 'eth_getBalance', '10', [], /quantity, and is "10"/],
    ['true for a quantity', 'eth_getBalance', true, [], /quantity, and is true/],
    ['bytes without 0x', 'eth_call', 'abcd', [], /bytes in hexadecimal, and is "abcd"/],
    ['a hash of 31 bytes', 'eth_sendRawTransaction', HASH.slice(0, -2), [], /a hash/],
    [
      'no such word for a flag',
      'eth_getLogs',
      [{ ...LOG, removed: 'no' }],
      [{}],
      /removed should be true or/,
    ],
    ['zero for whom it is from', 'eth_getTransactionByHash', { ...TRANSACTION, from: '0x' }, [HASH], /from/],
    [
      'zero for whom one of a block is from',
      'eth_getBlockByHash',
      { ...HEADER, transactions: [{ ...TRANSACTION, from: '0x' }] },
      [HASH, true],
      /transactions\[0\].from should be an address/,
    ],
    [
      'another alphabet for whom ours is from',
      'eth_getTransactionByHash',
      { ...TRANSACTION, from: 'one1a50tun737ulcvwy0yvve0pvu5skq0kjargvhwe' },
      [HASH],
      /from/,
    ],
    ['no digits', 'eth_getBalance', '0x', [], /quantity/],
    ['a height above 2^53', 'eth_blockNumber', '0xffffffffffffffff', [], /below 2\^53/],
    ['half a byte', 'eth_call', '0x123', [], /bytes/],
    ['an object for receipts', 'eth_getBlockReceipts', {}, [HASH], /a list, and is an object/],
    ['text with control characters', 'eth_call', '0x\u0000\u001b[2J', [], /is "0x {2}\[2J"/],
  ])('are refused with %s', (_what, method, answer, params, reason) => {
    expect(() => read(method, answer, params)).toThrow(reason);
  });

  it('are refused where calls nest deeper than any chain lets them', () => {
    let frame: unknown = { type: 'CALL', from: ADDRESS };
    for (let depth = 0; depth < 5_000; depth++) frame = { type: 'CALL', from: ADDRESS, calls: [frame] };
    expect(() => read('debug_traceTransaction', frame, [HASH])).toThrow(/calls deep/);
  });

  it('are read in one go, whatever lies beside a call at each depth', () => {
    let frame: unknown = { type: 'CALL', from: ADDRESS };
    for (let depth = 0; depth < 200; depth++) frame = { type: 'CALL', from: ADDRESS, calls: [frame, null] };
    const startMs = performance.now();
    let inner = read('debug_traceTransaction', frame, [HASH]) as CallFrame | undefined;
    expect(performance.now() - startMs).toBeLessThan(1_000);
    let depth = 0;
    for (; inner?.calls !== undefined; depth++) [inner] = inner.calls;
    expect(depth).toBe(200);
  });

  it('of any form are read or refused, and nothing else', () => {
    const anything = fc.anything({ withNullPrototype: true, withBigInt: false });
    fc.assert(
      fc.property(fc.constantFrom(...GOOD), anything, ([method, params], answer) => {
        try {
          read(method, answer, params);
        } catch (error) {
          expect(error).toBeInstanceOf(NotAsExpected);
        }
      }),
    );
  });

  it('with one field of another form are read or refused, and nothing else', () => {
    const other = fc.oneof(
      fc.constantFrom(null, undefined, '', '0x', {}, [], '0xzz', -1, NaN),
      fc.anything(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...GOOD), fc.nat(), other, ([method, params, answer], place, value) => {
        const places = placesIn(answer);
        const copy = structuredClone({ answer }) as Record<string, unknown>;
        const path = ['answer', ...(places[place % places.length] ?? [])];
        const last = path.pop() as string;
        const parent = path.reduce<Record<string, unknown>>((at, key) => at[key] as typeof at, copy);
        parent[last] = value;
        try {
          read(method, copy.answer, params);
        } catch (error) {
          expect(error).toBeInstanceOf(NotAsExpected);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('text of strangers', () => {
  it('can be stored and shown: no control characters, no half characters, and an end', () => {
    expect(printable('a\u0000b\u001b[2J\u2028c')).toBe('a b [2J c');
    expect(printable(`${'x'.repeat(499)}😀`)).toBe(`${'x'.repeat(499)}\ufffd…`);
    expect(printable('y'.repeat(20_000))).toHaveLength(501);
  });
});

/** Every place in an answer, as the keys that lead there. */
function placesIn(value: unknown): string[][] {
  if (typeof value !== 'object' || value === null) return [[]];
  return [
    [],
    ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner).map((rest) => [key, ...rest])),
  ];
}
