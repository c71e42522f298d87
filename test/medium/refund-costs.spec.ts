import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Asset, toChainId, toTokenAddress } from '../../src/ids/ids.js';
import { RefundQueries } from '../../src/refunds/refund-queries.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

const PAYMENT = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01';
const MERCHANT = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f02';
const ADDRESS = `0x${'ab'.repeat(20)}`;
const TOKEN = toTokenAddress(`0x${'70'.repeat(20)}`);
const chainId = toChainId(1);
const ofPayment = { paymentId: PAYMENT, depositId: null, chainId, tokenAddress: TOKEN as Asset };

let database: TestDatabase;
let nonce = 0;
beforeAll(async () => {
  database = await createDatabase();
  const { dataSource } = database;
  await dataSource.query('INSERT INTO merchants (id, name) VALUES ($1, $2)', [MERCHANT, 'one']);
  await dataSource.query(
    `INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount,
       amount_received, amount_confirmed, status, expires_at)
     VALUES ($1, $2, 1, 'one', $3, 'hd', 7, 100, 0, 0, 'pending', now())`,
    [PAYMENT, MERCHANT, ADDRESS],
  );
});
beforeEach(async () => {
  await database.dataSource.query('DELETE FROM outgoing_transactions');
  await database.dataSource.query('DELETE FROM refunds');
});
afterAll(() => database?.drop());

/** @param costs wei of transactions for it that are final; null: of one that is signed and has cost nothing yet */
async function aRefund(
  state: string,
  costs: readonly (number | null)[],
  token: string | null = TOKEN,
): Promise<string> {
  const id = randomUUID();
  await database.dataSource.query(
    `INSERT INTO refunds (id, payment_id, merchant_id, chain_id, token_address, to_address, amount, from_address, derivation_index, state)
     VALUES ($1, $2, $3, 1, $4, $5, 1, $5, 7, $6)`,
    [id, PAYMENT, MERCHANT, token, ADDRESS, state],
  );
  for (const fee of costs) {
    nonce += 1;
    await database.dataSource.query(
      `INSERT INTO outgoing_transactions (id, chain_id, purpose, subject_id, account, from_address, nonce, recipient, amount, state, fee, finished_at)
       VALUES ($1, 1, 'gas', $2, 'gas_tank', $3, $4, $3, 1, $5, $6, $7)`,
      [
        randomUUID(),
        id,
        ADDRESS,
        nonce,
        fee === null ? 'signed' : 'confirmed',
        fee,
        fee === null ? null : new Date(),
      ],
    );
  }
  return id;
}

const costs = (exceptId: string | null = null, of = ofPayment) =>
  new RefundQueries().costsOf(database.dataSource.manager, of, exceptId);

describe('what the refunds of a payment have cost', () => {
  it('is all that was sent for them, whatever became of them', async () => {
    await aRefund('confirmed', [21, 40]);
    await aRefund('cancelled', [21]);
    await aRefund('failed', [21, 7]);
    expect(await costs()).toEqual({ paid: 110n, waiting: 0 });
  });

  it('is still to come of those that wait, and of gas that is signed for one that was cancelled', async () => {
    await aRefund('created', []);
    await aRefund('sent', [21, null]);
    await aRefund('cancelled', [null]);
    expect(await costs()).toEqual({ paid: 21n, waiting: 3 });
  });

  it('is nothing of what was cancelled before anything was sent, of another asset, nor of the one in question', async () => {
    await aRefund('cancelled', []);
    await aRefund('confirmed', [5], null);
    const own = await aRefund('sent', [21]);
    expect(await costs(own)).toEqual({ paid: 0n, waiting: 0 });
    expect(await costs(null, { ...ofPayment, tokenAddress: null })).toEqual({
      paid: 5n,
      waiting: 0,
    });
  });
});

describe('what a merchant has asked for in a day', () => {
  it('has all that may cost gas, and a tenth of what was cancelled before it did', async () => {
    for (const state of ['created', 'sent', 'failed']) await aRefund(state, []);
    await aRefund('cancelled', [21]);
    for (let cancelled = 0; cancelled < 29; cancelled++) await aRefund('cancelled', []);
    const queries = new RefundQueries();
    const asked = { merchantId: MERCHANT, chainId, tokenAddress: TOKEN };
    const { manager } = database.dataSource;
    expect(await queries.askedSince(manager, asked, '00000000-0000-0000-0000-000000000000')).toEqual({
      count: 4 + 2,
      sum: 2n,
    });
  });
});

describe('what of a payment went back', () => {
  it('has what its own address gave back, before the payout account has paid any of it', async () => {
    await aRefund('confirmed', []);
    await database.dataSource.query(`UPDATE refunds SET source = 'deposit'`);
    const { manager } = database.dataSource;
    const of = (paymentId: string) =>
      new RefundQueries().givenBackBy(manager, { ...ofPayment, paymentId }, [PAYMENT]);
    expect(await of(PAYMENT)).toEqual(new Map([[PAYMENT, { all: 1n, byPayout: 0n }]]));
    expect(await of(randomUUID())).toEqual(new Map());
  });
});
