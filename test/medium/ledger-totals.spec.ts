import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { LedgerRepository } from '../../src/ledger/ledger.repository.js';
import { LedgerService } from '../../src/ledger/ledger.service.js';
import { depositPosting, type Posting } from '../../src/ledger/posting.js';
import { RunningTotals } from '../../src/ledger/running-totals.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { type Asset, toAddress, toChainId, toTokenAddress, toTxHash } from '../../src/ids/ids.js';

const TOKEN = toTokenAddress(`0x${'70'.repeat(20)}`);
const [CHAIN_ID, OTHER_CHAIN_ID] = [toChainId(1), toChainId(2)];
let database: TestDatabase;
let dataSource: DataSource;
const ledger = new LedgerService(new LedgerRepository());

beforeAll(async () => {
  database = await createDatabase();
  ({ dataSource } = database);
});
afterAll(() => database.drop());

const deposit = (amount: bigint, chainId = CHAIN_ID, tokenAddress: Asset = null): Posting =>
  depositPosting({
    id: uuidv7(),
    chainId,
    block: { number: 7, hash: `0x${'a'.repeat(64)}`, time: new Date(7_000) },
    txHash: toTxHash(`0x${'12'.repeat(32)}`),
    paymentId: null,
    to: toAddress(`0x${'d1'.repeat(20)}`),
    tokenAddress,
    amount,
  });
const book = (posting: Posting) =>
  dataSource.transaction((manager) => ledger.book(manager, [{ subject: posting.subject, posting }]));
const undo = ({ subject }: Posting) =>
  dataSource.transaction((manager) => ledger.book(manager, [{ subject, posting: null }]));
/** As if all of it had been booked long ago. */
const age = async () => {
  await dataSource.query('ALTER TABLE ledger_transactions DISABLE TRIGGER USER');
  await dataSource.query(`UPDATE ledger_transactions SET booked_at = booked_at - interval '2 hours'`);
  await dataSource.query('ALTER TABLE ledger_transactions ENABLE TRIGGER USER');
};
const deposits = async (totals: RunningTotals, chainId: number = CHAIN_ID, token: string | null = null) =>
  (await totals.read()).find(
    (total) => total.account === 'deposit' && total.chainId === chainId && total.tokenAddress === token,
  )?.amount;

describe('running totals', () => {
  it('are what a sum of all entries is, however often they are read and whenever those were booked', async () => {
    expect(await new RunningTotals(dataSource).read()).toEqual([]);
    const gone = deposit(5n);
    for (const posting of [gone, deposit(1_000n), deposit(7n, OTHER_CHAIN_ID), deposit(9n, CHAIN_ID, TOKEN)])
      await book(posting);
    await age();
    const totals = new RunningTotals(dataSource);
    for (let reading = 0; reading < 3; reading += 1) expect(await deposits(totals)).toBe(1_005n);
    await undo(gone);
    await book(deposit(20n));
    for (let reading = 0; reading < 3; reading += 1) expect(await deposits(totals)).toBe(1_020n);
    const both = await Promise.all([deposits(totals), deposits(totals), deposits(totals, 2)]);
    expect(both).toEqual([1_020n, 1_020n, 7n]);
    expect(await deposits(totals, 1, TOKEN)).toBe(9n);
    expect(await deposits(new RunningTotals(dataSource))).toBe(1_020n);
  });

  it('miss nothing that was booked before they were read and committed after', async () => {
    const totals = new RunningTotals(dataSource);
    const before = (await deposits(totals)) ?? 0n;
    const posting = deposit(300n);
    await dataSource.transaction(async (manager) => {
      await ledger.book(manager, [{ subject: posting.subject, posting }]);
      await book(deposit(1n));
      expect(await deposits(totals)).toBe(before + 1n);
    });
    expect(await deposits(totals)).toBe(before + 301n);
  });
});
