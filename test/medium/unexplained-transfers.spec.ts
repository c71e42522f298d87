import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { ChainFactsService } from '../../src/payments/chain-facts.service.js';
import { type ObservedTransfer } from '../../src/payments/observed-transfer.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';
import { toAddress, toTxHash } from '../../src/ids/ids.js';

let chain: TestChain;
let app: TestApp;
let payment: PaymentView;
let blocks = 1_000_000;

beforeAll(async () => {
  chain = await TestChain.start();
  app = await TestApp.start({ chains: [chain.config] });
});
afterAll(async () => {
  await app.stop();
  await chain.stop();
});

interface Told {
  amount: bigint;
  kind?: 'native' | 'internal';
  /** One hexadecimal digit; without it, the transaction is unknown. */
  tx?: string;
  ordinal?: number;
}

/** What a block of its own shows, told in several readings of it. */
async function read(...readings: Told[][]): Promise<string[]> {
  payment = await app.createPayment({ amount: '1000' });
  const number = ++blocks;
  for (const told of readings) {
    const transfers = told.map((one) => observed(number, one));
    const agreed = { number, time: new Date() };
    const { chainId } = chain.config;
    const facts = { chainId, agreed, isUnsure: false, finalNumber: null, orphanAbove: null, transfers };
    await app.get(DataSource).transaction((manager) => app.get(ChainFactsService).apply(manager, facts));
  }
  const { transfers } = await app.payment(payment.id);
  return transfers
    .map(({ kind, amount, tx_hash: hash }) => `${kind} ${amount} ${hash?.slice(-1) ?? '?'}`)
    .sort();
}

function observed(number: number, { amount, kind = 'internal', tx, ordinal = 0 }: Told): ObservedTransfer {
  return {
    kind,
    amount,
    ordinal,
    txHash: tx === undefined ? null : toTxHash(`0x${number.toString(16).padStart(63, '0')}${tx}`),
    from: tx === undefined ? null : chain.payer,
    to: toAddress(payment.address),
    logIndex: null,
    tokenAddress: null,
    blockNumber: number,
    blockHash: `0x${number.toString(16).padStart(64, '0')}`,
    blockTime: new Date(),
  };
}

it('the same reading twice adds nothing', async () => {
  expect(await read([{ amount: 30n }], [{ amount: 30n }])).toEqual(['internal 30 ?']);
});

it('a transaction takes as much of what was unexplained as it moved, and the last one the rest of it', async () => {
  const one = { amount: 10n, kind: 'native', tx: 'a' } as const;
  const other = { amount: 20n, tx: 'b', ordinal: 3 };
  expect(await read([{ amount: 30n }], [one])).toEqual(['internal 20 ?', 'native 10 a']);
  expect(await read([{ amount: 30n }], [one], [one, other])).toEqual(['internal 20 b', 'native 10 a']);
  expect(await read([{ amount: 30n }], [one, other])).toEqual(['internal 20 b', 'native 10 a']);
});

it('a transaction that was known already takes nothing', async () => {
  const native = { amount: 10n, kind: 'native', tx: 'a' } as const;
  expect(await read([native, { amount: 30n }], [native], [native])).toEqual(['internal 30 ?', 'native 10 a']);
});

it('what is known by its transactions is not told again by the balance', async () => {
  const known = [
    { amount: 10n, tx: 'a' },
    { amount: 20n, tx: 'b' },
  ];
  expect(await read(known, [{ amount: 30n }])).toEqual(['internal 10 a', 'internal 20 b']);
  expect(await read(known, [{ amount: 35n }])).toEqual(['internal 10 a', 'internal 20 b', 'internal 5 ?']);
});
