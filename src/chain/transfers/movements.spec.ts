import { describe, expect, it } from '@jest/globals';
import { movementsOf, recipientsOf, SYSTEM_LOGGER } from './movements.js';
import { type BlockBody, type Outcome, type RawLog } from '../blocks/raw-block.js';
import { type Address, toAddress, toTokenAddress, toTxHash } from '../../ids/ids.js';

const HASH = `0x${'b'.repeat(64)}`;
const TOKEN = toTokenAddress(`0x${'70'.repeat(20)}`);
const TRANSFER = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef';
const ALICE = toAddress(`0x${'a1'.repeat(20)}`);
const SHOP = toAddress(`0x${'5e'.repeat(20)}`);
const OTHER_TOKEN = toTokenAddress(`0x${'99'.repeat(20)}`);
const watched = new Set([TOKEN]);

const hashOf = (index: number) => toTxHash(`0x${String(index).padStart(64, '0')}`);
const topic = (address: string) => `0x${address.slice(2).padStart(64, '0')}`;
const word = (value: bigint) => `0x${value.toString(16).padStart(64, '0')}`;

interface Sketch {
  value?: bigint;
  to?: Address | null;
  status?: number;
  logs?: Partial<RawLog>[];
}

/** A block and its receipts as a node sends them, log indices counted through. */
function aBlock(...sketches: Sketch[]): { block: BlockBody; receipts: Outcome[] } {
  let logIndex = 0;
  const receipts = sketches.map(({ status = 1, logs = [] }, index) => ({
    transactionHash: hashOf(index),
    blockHash: HASH,
    status,
    logs: logs.map((log) => ({
      address: TOKEN,
      topics: [TRANSFER, topic(ALICE), topic(SHOP)],
      data: word(5n),
      blockHash: HASH,
      transactionHash: hashOf(index),
      logIndex: logIndex++,
      removed: false,
      ...log,
    })),
  }));
  const transactions = sketches.map(({ value = 0n, to = SHOP }, index) => ({
    hash: hashOf(index),
    from: ALICE,
    to,
    value,
    gas: 21_000n,
  }));
  const block = {
    number: 16,
    hash: HASH,
    parentHash: `0x${'a'.repeat(64)}`,
    timestamp: 101,
    transactions,
  };
  return { block, receipts };
}

const read = (...sketches: Sketch[]) => {
  const { block, receipts } = aBlock(...sketches);
  return movementsOf(block, receipts, watched).movements;
};

describe('movementsOf', () => {
  it('reads where and when the block is', () => {
    const { block, receipts } = aBlock();
    expect(movementsOf(block, receipts, watched)).toMatchObject({
      number: 16,
      hash: HASH,
      time: new Date(101_000),
    });
  });

  it('finds native value, addresses in lower case', () => {
    expect(read({ value: 7n })).toEqual([
      {
        kind: 'native',
        txHash: hashOf(0),
        ordinal: 0,
        logIndex: null,
        from: ALICE.toLowerCase(),
        to: SHOP.toLowerCase(),
        tokenAddress: null,
        amount: 7n,
      },
    ]);
  });

  it('counts each of two payments in one batch transaction at its own ordinal', () => {
    const movements = read({ logs: [{}] }, { logs: [{ address: OTHER_TOKEN }, {}, {}] });
    expect(movements.map(({ txHash, ordinal, logIndex }) => [txHash, ordinal, logIndex])).toEqual([
      [hashOf(0), 0, 0],
      [hashOf(1), 1, 2],
      [hashOf(1), 2, 3],
    ]);
  });

  it.each([
    ['a failed transaction', { value: 7n, status: 0, logs: [] }],
    ['a contract creation', { value: 7n, to: null }],
    ['a transfer of nothing', { value: 0n, logs: [{ data: word(0n) }] }],
    ['a token that is not allow-listed', { logs: [{ address: OTHER_TOKEN }] }],
    [
      'another event of the token',
      { logs: [{ topics: [`0x${'1'.repeat(64)}`, topic(ALICE), topic(SHOP)] }] },
    ],
    [
      'an ERC-721 transfer',
      { logs: [{ topics: [TRANSFER, topic(ALICE), topic(SHOP), word(1n)], data: '0x' }] },
    ],
    ['a log of a token that is no amount', { logs: [{ data: '0x' }] }],
  ])('passes over %s', (_what, sketch) => {
    expect(read(sketch)).toEqual([]);
  });

  it('keeps an amount of 2^256−1 to the last digit', () => {
    expect(read({ logs: [{ data: word(2n ** 256n - 1n) }] })[0]?.amount).toBe(2n ** 256n - 1n);
  });

  it('reads a native transfer once, and no token at another place, where the chain logs it as well (EIP-7708)', () => {
    const system = { address: SYSTEM_LOGGER, data: word(7n) };
    const withLogs = { value: 7n, logs: [system, {}, system, {}] };
    const placesIn = (sketch: Sketch) =>
      read(sketch).map(({ kind, ordinal, amount }) => [kind, ordinal, amount]);
    expect(placesIn(withLogs)).toEqual(placesIn({ value: 7n, logs: [{}, {}] }));
  });

  it.each<[string, boolean, Partial<BlockBody['transactions'][number]>, Partial<BlockBody>]>([
    ['not where value goes to another account for 21,000 gas', false, {}, {}],
    ['where more gas is allowed', true, { gas: 21_001n }, {}],
    ['where there is input', true, { input: '0x00' }, {}],
    ['where a contract is made', true, { to: null }, {}],
    ['where less is allowed, as some chains take it', true, { gas: 15_000n }, {}],
    ['where nothing is sent, which costs less before code runs (EIP-2780)', true, { value: 0n }, {}],
    ['where it is sent to itself, for the same reason', true, { to: ALICE }, {}],
    ['always since Amsterdam', true, {}, { slotNumber: '0xc0' }],
  ])('says whether code may have run: %s', (_what, runs, transaction, header) => {
    const { block, receipts } = aBlock({ value: 1n });
    const transactions = block.transactions.map((one) => ({ ...one, ...transaction }));
    expect(movementsOf({ ...block, ...header, transactions }, receipts, watched).runsCode).toBe(runs);
  });
});

describe('recipientsOf', () => {
  const BOB = toAddress(`0x${'b0'.repeat(20)}`);
  const toBob = { topics: [TRANSFER, topic(ALICE), topic(BOB)] };
  const sketches: Sketch[] = [
    { to: SHOP, value: 1n },
    { to: ALICE, value: 0n, logs: [toBob, { ...toBob, address: OTHER_TOKEN }] },
    { to: null, value: 7n, logs: [{}] },
    { to: BOB, value: 3n, status: 0 },
  ];

  it('leaves out nobody that something moves to, and nobody is there twice', () => {
    const { block, receipts } = aBlock(...sketches);
    const recipients = recipientsOf(block, receipts, watched);
    expect(new Set(movementsOf(block, receipts, watched).movements.map(({ to }) => to))).toEqual(
      new Set([SHOP, BOB]),
    );
    expect([...recipients].sort()).toEqual([SHOP, BOB].sort());
  });

  it('does not look at tokens that are not watched, nor at what moves nothing', () => {
    const { block, receipts } = aBlock(
      { to: ALICE, logs: [{ ...toBob, address: OTHER_TOKEN }, { topics: [TRANSFER] }] },
      { to: null, value: 1n },
    );
    expect(recipientsOf(block, receipts, watched)).toEqual([]);
    expect(recipientsOf(block, [null, null], watched)).toEqual([]);
  });

  it('of several, movements of some are what is left of all', () => {
    const { block, receipts } = aBlock(...sketches);
    const all = movementsOf(block, receipts, watched).movements;
    for (const own of [[SHOP], [BOB], [SHOP, BOB], []]) {
      const ours = all.filter(({ to }) => own.includes(to));
      expect(movementsOf(block, receipts, watched, new Set(own)).movements).toEqual(ours);
    }
  });
});
