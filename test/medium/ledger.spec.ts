import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { LedgerRepository } from '../../src/ledger/ledger.repository.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import { PayingAccounts } from '../../src/ledger/paying-accounts.js';
import { depositPosting, type Posting } from '../../src/ledger/posting.js';
import { TopUps } from '../../src/ledger/top-ups.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type Address, toAddress, toChainId, toTokenAddress, toTxHash } from '../../src/ids/ids.js';

let database: TestDatabase;
let dataSource: DataSource;
const ledger = new LedgerService(new LedgerRepository());

beforeAll(async () => {
  database = await createDatabase();
  ({ dataSource } = database);
});
afterAll(() => database.drop());

const ADDRESS = toAddress(`0x${'d1'.repeat(20)}`);
const LARGEST = 2n ** 256n - 1n;

function deposit(id: string, { amount = 1_000n, block = 7, branch = 'a' } = {}): Posting {
  return depositPosting({
    id,
    chainId: toChainId(1),
    block: { number: block, hash: `0x${branch.repeat(64)}`, time: new Date(block * 1_000) },
    txHash: toTxHash(`0x${'12'.repeat(32)}`),
    paymentId: null,
    to: ADDRESS,
    tokenAddress: null,
    amount,
  });
}

const book = (...facts: { subject: string; posting: Posting | null }[]) =>
  dataSource.transaction((manager) => ledger.book(manager, facts));
const linesOf = (subject: string) =>
  dataSource.query<{ sequence: number; is_reversal: boolean; block_number: string; legs: string[] }[]>(
    `SELECT sequence, reverses IS NOT NULL AS is_reversal, t.block_number,
       array_agg(account || ' ' || amount ORDER BY position) AS legs
     FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
     WHERE subject = $1 GROUP BY t.id ORDER BY sequence`,
    [subject],
  );

describe('the ledger', () => {
  it('reverses what a reorg took away and books where it came again, deleting nothing', async () => {
    const id = uuidv7();
    const subject = `transfer:${id}`;
    await book({ subject, posting: deposit(id) });
    await book({ subject, posting: deposit(id) });
    await book({ subject, posting: null });
    await book({ subject, posting: null });
    await book({ subject, posting: deposit(id, { block: 9, branch: 'b' }) });
    await book({ subject, posting: deposit(id, { block: 9, branch: 'b', amount: LARGEST }) });
    const [first, reversal, second, secondReversal, third, ...rest] = await linesOf(subject);
    expect(first).toMatchObject({
      sequence: 0,
      is_reversal: false,
      legs: ['customer -1000', 'deposit 1000'],
    });
    expect(reversal).toMatchObject({
      sequence: 1,
      is_reversal: true,
      block_number: '7',
      legs: ['customer 1000', 'deposit -1000'],
    });
    expect(second).toMatchObject({ is_reversal: false, block_number: '9' });
    expect(secondReversal).toMatchObject({ is_reversal: true, block_number: '9' });
    expect(third?.legs).toEqual([`customer -${LARGEST}`, `deposit ${LARGEST}`]);
    expect(rest).toEqual([]);
  });

  it('lets one of two writers of the same movement book it, and fails the other', async () => {
    const id = uuidv7();
    const fact = { subject: `transfer:${id}`, posting: deposit(id) };
    const outcomes = await Promise.allSettled([book(fact), book(fact), book(fact)]);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    await book(fact);
    expect(await linesOf(fact.subject)).toHaveLength(1);
  });

  it('takes nothing of a transaction that fails', async () => {
    const id = uuidv7();
    const failing = dataSource.transaction(async (manager) => {
      await ledger.book(manager, [{ subject: `transfer:${id}`, posting: deposit(id) }]);
      throw new Error('later');
    });
    await expect(failing).rejects.toThrow('later');
    expect(await linesOf(`transfer:${id}`)).toEqual([]);
  });

  it('books thousands at once', async () => {
    const ids = Array.from({ length: 3_000 }, () => uuidv7());
    await book(...ids.map((id) => ({ subject: `transfer:${id}`, posting: deposit(id, { amount: 3n }) })));
    const [row] = await dataSource.query<{ sum: string }[]>(
      `SELECT sum(amount) FROM ledger_entries JOIN ledger_transactions t ON t.id = transaction_id
       WHERE account = 'deposit' AND subject = ANY($1)`,
      [ids.map((id) => `transfer:${id}`)],
    );
    expect(row?.sum).toBe('9000');
  });
});

describe('what reaches the payout account', () => {
  const [TANK, PAYOUT, CONTRACT] = ['a1', 'b2', 'c3'].map((byte) => toAddress(`0x${byte.repeat(20)}`)) as [
    Address,
    Address,
    Address,
  ];
  const CHAIN = toChainId(1);
  const accounts = new PayingAccounts();
  const topUps = new TopUps(ledger, new LedgerRepository(), accounts);
  const hashOf = (byte: string) => toTxHash(`0x${byte.repeat(32)}`);

  /** A transaction of ours that pays a recipient. */
  async function sent(byte: string, recipient: Address): Promise<void> {
    const id = uuidv7();
    await dataSource.query(
      `INSERT INTO outgoing_transactions (id, chain_id, purpose, account, from_address, nonce, recipient, amount, state)
       VALUES ($1, 1, 'refund', 'payout', $2, $3, $4, 5, 'mined')`,
      [id, PAYOUT, Number.parseInt(byte, 16), recipient],
    );
    await dataSource.query(
      `INSERT INTO outgoing_attempts (chain_id, tx_hash, outgoing_id, ordinal, raw, gas_limit, max_fee_per_gas, amount)
       VALUES (1, $1, $2, 0, '0x', 21000, 1, 5)`,
      [hashOf(byte), id],
    );
  }

  it('inside a transaction of ours is booked, but for what that was signed to move', async () => {
    for (const [account, address] of [
      ['gas_tank', TANK],
      ['payout', PAYOUT],
    ] as const)
      await accounts.add(dataSource.manager, { chainId: CHAIN, account, address, openedLater: [] });
    await sent('e1', CONTRACT);
    await sent('e2', TANK);
    const block = { number: 7, hash: `0x${'a'.repeat(64)}`, time: new Date(7_000) };
    const arrived = (byte: string, kind: string, to: Address, amount: bigint) => {
      return { block, kind, txHash: hashOf(byte), ordinal: 0, to, tokenAddress: null, amount };
    };
    await topUps.observe(dataSource.manager, CHAIN, null, [
      arrived('e1', 'internal', PAYOUT, 5n),
      arrived('e2', 'native', TANK, 7n),
      arrived('e2', 'internal', PAYOUT, 3n),
      arrived('e3', 'native', TANK, 2n),
    ]);
    const booked = await dataSource.query(
      `SELECT account, address, sum(amount) AS amount FROM ledger_entries
       WHERE address = ANY($1) GROUP BY 1, 2 ORDER BY 1, 2`,
      [[TANK, PAYOUT]],
    );
    expect(booked).toEqual([
      { account: 'gas_tank', address: TANK, amount: '2' },
      { account: 'payout', address: PAYOUT, amount: '8' },
    ]);
  });
});

describe('Postgres', () => {
  it('refuses to change, delete or empty the books, whoever asks', async () => {
    const id = uuidv7();
    await book({ subject: `transfer:${id}`, posting: deposit(id) });
    for (const statement of [
      'UPDATE ledger_entries SET amount = 2 * amount',
      'DELETE FROM ledger_entries',
      'TRUNCATE ledger_entries',
      `UPDATE ledger_transactions SET tx_hash = NULL WHERE false`,
      'DELETE FROM ledger_transactions',
      'TRUNCATE ledger_transactions CASCADE',
    ]) {
      await expect(dataSource.query(statement)).rejects.toThrow(/append-only/);
    }
  });

  it('refuses legs that do not balance, alone, for one asset, or added later', async () => {
    const id = uuidv7();
    const balanced = deposit(id);
    await book({ subject: balanced.subject, posting: balanced });
    const [{ transaction_id: transactionId } = { transaction_id: '' }] = await dataSource.query<
      { transaction_id: string }[]
    >(
      'SELECT transaction_id FROM ledger_entries JOIN ledger_transactions ON id = transaction_id WHERE subject = $1',
      [balanced.subject],
    );
    const add = dataSource.query(
      `INSERT INTO ledger_entries (transaction_id, position, chain_id, block_number, account, amount)
       VALUES ($1, 7, 1, 7, 'fees', 1)`,
      [transactionId],
    );
    await expect(add).rejects.toThrow(/does not balance: 1 is left over of the native asset/);

    const other = deposit(uuidv7());
    const [customer, own] = other.legs as [Posting['legs'][0], Posting['legs'][0]];
    const token = toTokenAddress(`0x${'70'.repeat(20)}`);
    for (const legs of [
      [customer],
      [customer, { ...own, amount: 999n }],
      [customer, { ...own, tokenAddress: token }],
    ]) {
      const unbalanced = book({ subject: other.subject, posting: { ...other, legs } });
      await expect(unbalanced).rejects.toThrow(/does not balance/);
    }
    expect(await linesOf(other.subject)).toEqual([]);
  });
});
