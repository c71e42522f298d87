import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RefundedLots1798000900101 } from '../../src/database/migrations/1798000900101-refunded-lots.js';
import { toChainId, toTxHash } from '../../src/ids/ids.js';
import { countedMoney, fractionOf, MOST_TRANSFERS, NOTHING } from '../../src/payments/counted-money.js';
import { doesCount } from '../../src/payments/counting.js';
import { type Credit, type MovablePayment } from '../../src/payments/lifecycle.js';
import { refundsOfCounted } from '../../src/payments/refund-facts.js';
import { tallyOf } from '../../src/payments/tally.js';
import { upsertTransfers } from '../../src/payments/transfer-records.js';
import { Transfer } from '../../src/payments/transfer.entity.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

const ID = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f01';
const MERCHANT = '019aafd6-5c80-7a3e-8f10-3d5c2b9e4f02';
const ADDRESS = `0x${'ab'.repeat(20)}`;
const CHAIN = toChainId(1);
const EXPIRES_AT = new Date('2026-01-01T00:00:00Z');
const LAST_BLOCK = 12;
const REQUIRED = 3;

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
  const { dataSource } = database;
  await dataSource.query('INSERT INTO merchants (id, name) VALUES ($1, $2)', [MERCHANT, 'one']);
  await dataSource.query(
    `INSERT INTO payments (id, merchant_id, chain_id, chain, address, deposit_scheme, derivation_index, amount,
       amount_received, amount_confirmed, status, expires_at)
     VALUES ($1, $2, 1, 'one', $3, 'hd', 7, 100, 0, 0, 'pending', $4)`,
    [ID, MERCHANT, ADDRESS, EXPIRES_AT],
  );
});
beforeEach(async () => {
  await database.dataSource.query('DELETE FROM refunds');
  await database.dataSource.query('DELETE FROM transfers');
});
afterAll(() => database?.drop());

const RATE = { value: '1', numerator: '1', denominator: '1', at: null, sources: [] };
type Given = Pick<
  Transfer,
  'amount' | 'blockNumber' | 'state' | 'uncountedReason' | 'resolution' | 'valueFactor'
>;
const arrived = fc.record<Given>({
  amount: fc.bigInt(1n, 10n ** 30n),
  blockNumber: fc.integer({ min: 1, max: LAST_BLOCK }),
  state: fc.constantFrom('included', 'included', 'included', 'orphaned'),
  uncountedReason: fc.constantFrom(null, null, 'after_watch', 'wrong_chain', 'absurd_amount'),
  resolution: fc.constantFrom(null, 'accepted', 'ignored'),
  valueFactor: fc.constantFrom(
    null,
    { numerator: '2', denominator: '3', rate: RATE },
    { numerator: '7', denominator: '5', rate: RATE },
  ),
});

async function arrive(given: readonly Given[]): Promise<Transfer[]> {
  const rows = given.map((one, index) => ({
    ...one,
    id: `019aafd6-5c80-7a3e-8f10-${index.toString(16).padStart(12, '0')}`,
    paymentId: ID,
    merchantId: MERCHANT,
    chainId: CHAIN,
    txHash: toTxHash(`0x${index.toString(16).padStart(64, '0')}`),
    ordinal: 0,
    kind: 'native' as const,
    blockHash: `0x${one.blockNumber.toString(16).padStart(64, '0')}`,
    blockTime: timeOf(one.blockNumber),
    to: ADDRESS as Transfer['to'],
  }));
  await database.dataSource.manager.insert(Transfer, rows);
  return database.dataSource.manager.find(Transfer);
}

/** The last blocks come after the payment has expired. */
const timeOf = (blockNumber: number) => new Date(EXPIRES_AT.getTime() + (blockNumber - 8) * 12_000);

const counted = async () => (await countedMoney(database.dataSource.manager, [ID])).get(ID) ?? NOTHING;

/** All that the lifecycle decides by, of the credits. */
function decided(credits: readonly Credit[], amount: bigint, number: number) {
  const payment = {
    chainId: CHAIN,
    amount,
    requiredConfirmations: REQUIRED,
    underpaymentToleranceBps: 0,
    expiresAt: EXPIRES_AT,
  } as MovablePayment;
  const facts = {
    credits,
    scanned: { number, time: timeOf(number) },
    finalNumber: null,
    lateWatchMs: 0,
    now: EXPIRES_AT,
  };
  const { options, parts, completing, ...sums } = tallyOf(payment, facts);
  const scale = (part: bigint) => [part * 15n ** 2n, parts.whole];
  const [own] = options;
  return {
    kept: ratio(scale(sums.kept)),
    deep: ratio(scale(sums.deep)),
    left: ratio(scale(sums.left)),
    worth: sums.worth.map((worth) => ratio(scale(worth))),
    hasLateCredit: sums.hasLateCredit,
    received: own?.received,
    confirmed: own?.confirmed,
    recheckAtBlock: own?.recheckAtBlock,
    lastBlock: own?.last?.blockNumber,
    completedAt: completing?.blockTime,
  };
}

function ratio([numerator, denominator]: bigint[]): string {
  const divisor = greatest(numerator as bigint, denominator as bigint);
  return `${(numerator as bigint) / divisor}/${(denominator as bigint) / divisor}`;
}

function greatest(a: bigint, b: bigint): bigint {
  return b === 0n ? a : greatest(b, a % b);
}

describe('what counts of many transfers', () => {
  it('is added up by block, so that the lifecycle decides the same by far fewer credits', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(arrived, { minLength: 2 * MOST_TRANSFERS, maxLength: 400 }),
        fc.bigInt(1n, 10n ** 33n),
        fc.integer({ min: 1, max: LAST_BLOCK + REQUIRED }),
        async (given, amount, number) => {
          await database.dataSource.query('DELETE FROM transfers');
          const all = (await arrive(given)).filter(doesCount);
          fc.pre(all.length > MOST_TRANSFERS);
          const each = all.map((one) => ({ ...one, factor: fractionOf(one.valueFactor) }));
          const { summed, count } = await counted();
          expect(count).toBe(all.length);
          // Of each block at most one sum by factor.
          expect(summed?.length).toBeLessThanOrEqual(3 * LAST_BLOCK);
          expect(decided(summed ?? [], amount, number)).toEqual(decided(each, amount, number));
        },
      ),
      { numRuns: 8 },
    );
  });

  it('is read one by one up to a limit, and no more than that of many', async () => {
    const speck: Given = {
      amount: 1n,
      blockNumber: 0,
      state: 'included',
      uncountedReason: null,
      resolution: null,
      valueFactor: null,
    };
    const specks = Array.from({ length: MOST_TRANSFERS }, (_, index) => ({
      ...speck,
      blockNumber: index + 1,
    }));
    await arrive(specks);
    expect(await counted()).toMatchObject({ summed: null, count: MOST_TRANSFERS });
    await database.dataSource.query('DELETE FROM transfers');
    await arrive([...specks, ...specks, ...specks]);
    const { newest, summed, count } = await counted();
    expect([newest.length, summed?.length, count]).toEqual([
      MOST_TRANSFERS + 1,
      MOST_TRANSFERS,
      3 * MOST_TRANSFERS,
    ]);
    expect(newest.every(({ blockNumber }) => blockNumber > MOST_TRANSFERS / 2)).toBe(true);
    expect(summed?.reduce((total, { amount }) => total + amount, 0n)).toBe(BigInt(3 * MOST_TRANSFERS));
  });
});

describe('late money whose worth was not known, read again when it is', () => {
  const factor = { numerator: '9', denominator: '10', rate: RATE };
  const late: Given = {
    amount: 5n,
    blockNumber: 9,
    state: 'included',
    uncountedReason: 'rate_unknown',
    resolution: null,
    valueFactor: null,
  };
  it.each([
    ['is priced while nobody has decided about it', null, null, factor],
    ['stays as its merchant accepted it', 'accepted', 'rate_unknown', null],
    ['stays ignored', 'ignored', 'rate_unknown', null],
  ] as const)('%s', async (_what, resolution, uncountedReason, valueFactor) => {
    const [row] = await arrive([{ ...late, resolution }]);
    const again = { ...(row as Transfer), uncountedReason: null, valueFactor: factor };
    await upsertTransfers(database.dataSource.manager, [again]);
    expect(await database.dataSource.manager.find(Transfer)).toMatchObject([
      { resolution, uncountedReason, valueFactor },
    ]);
  });

  it.each([
    ['stays as it was while it goes back', 'created', 'rate_unknown', null],
    ['stays as it was when it went back', 'confirmed', 'rate_unknown', null],
    ['is priced when nothing went back after all', 'cancelled', null, factor],
  ] as const)('%s', async (_what, state, uncountedReason, valueFactor) => {
    const { dataSource } = database;
    const [row] = (await arrive([late])) as [Transfer];
    await dataSource.query(
      `INSERT INTO refunds (id, payment_id, deposit_id, merchant_id, chain_id, to_address, amount, from_address,
         derivation_index, state)
       VALUES (gen_random_uuid(), $1, $2, $3, 1, $4, 5, $4, 7, $5)`,
      [ID, row.id, MERCHANT, ADDRESS, state],
    );
    await upsertTransfers(dataSource.manager, [{ ...row, uncountedReason: null, valueFactor: factor }]);
    expect(await dataSource.manager.find(Transfer)).toMatchObject([{ uncountedReason, valueFactor }]);
  });
});

describe('what refunds take of the money that counts', () => {
  const half = { numerator: '1', denominator: '2' };
  const credit: Given = {
    amount: 9n,
    blockNumber: 9,
    state: 'included',
    uncountedReason: null,
    resolution: null,
    valueFactor: { ...half, rate: RATE },
  };

  async function refund(amount: number, lots: object | null, depositId: string | null = null): Promise<void> {
    await database.dataSource.query(
      `INSERT INTO refunds (id, payment_id, deposit_id, merchant_id, chain_id, to_address, amount, from_address,
         derivation_index, state, lots, outgoing_id)
       VALUES (gen_random_uuid(), $1, $2, $3, 1, $4, $5, $4, 7, 'created', $6, null)`,
      [ID, depositId, MERCHANT, ADDRESS, amount, lots && JSON.stringify(lots)],
    );
  }
  const taken = async () =>
    (await refundsOfCounted(database.dataSource.manager, [ID]))
      .map(({ amount, factor }) => [amount, factor] as const)
      .sort(([a], [b]) => Number(a - b));

  it('is what they name, what their deposit is worth, or whatever came first', async () => {
    const [late, uncounted, promised] = (await arrive([
      credit,
      { ...credit, uncountedReason: 'after_watch' },
      { ...credit, valueFactor: null },
    ])) as [Transfer, Transfer, Transfer];
    await refund(100, [{ amount: '30', factor: half }, { amount: '50', factor: null }, { amount: '20' }]);
    await refund(200, null);
    await refund(3, null, late.id);
    await refund(4, null, uncounted.id);
    await refund(5, null, promised.id);
    const named = { numerator: 1n, denominator: 2n };
    expect(await taken()).toEqual([
      [33n, named],
      [55n, null],
      [220n, undefined],
    ]);
    // Accepted, it counts, and so does what went back of it.
    await database.dataSource.query(`UPDATE transfers SET resolution = 'accepted' WHERE id = $1`, [
      uncounted.id,
    ]);
    expect((await taken())[0]).toEqual([37n, named]);
  });

  it.each([
    ['stays made, of a sale that was made by the average of late money', 'confirmed', credit, true],
    ['counts, of a payment that waits', 'partially_paid', credit, false],
    [
      'counts, of a sale without late money at another rate',
      'confirmed',
      { ...credit, valueFactor: null },
      false,
    ],
  ])('from before they were named %s', async (_what, status, given, isAfter) => {
    await arrive([given]);
    await refund(3, null);
    const runner = database.dataSource.createQueryRunner();
    const migration = new RefundedLots1798000900101();
    await runner.startTransaction();
    await runner.query('UPDATE payments SET status = $1', [status]);
    await migration.down(runner);
    await migration.up(runner);
    const rows: unknown = await runner.query('SELECT after_confirmation, lots FROM refunds');
    await runner.rollbackTransaction();
    await runner.release();
    expect(rows).toEqual([{ after_confirmation: isAfter, lots: null }]);
  });
});
