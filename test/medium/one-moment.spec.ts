import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import { inOneMoment, requireOneMoment, SeveralMomentsError } from '../../src/database/one-moment.js';
import { SecondConnectionError } from '../../src/database/one-connection.js';
import { Outbox } from '../../src/events/outbox.js';
import { inTurn } from '../../src/http/in-turn.js';
import { PaymentPages } from '../../src/payments/payment-pages.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';

let chain: TestChain;
let app: TestApp;
let payment: PaymentView;
let linkId: string;
const depositId = uuidv7();
const laterDepositId = uuidv7();
const refundId = uuidv7();

beforeAll(async () => {
  chain = await TestChain.start();
  // Nobody but this test changes anything.
  app = await TestApp.start({ chains: [chain.config], settings: { roles: ['api'] } });
  payment = await app.createPayment();
  const price = { amount: '1', currency: 'ETH', chain: 'testchain' };
  const link = await app.request<{ id: string }>('POST', '/api/v1/payment-links', {
    title: 'before',
    price,
    stock: 5,
  });
  linkId = link.body.id;
  await transfer(depositId, 1_000, 8, null);
  await transfer(laterDepositId, 1_000, 9, 'too_late');
  await app.database.dataSource.query(
    `INSERT INTO refunds (id, payment_id, deposit_id, merchant_id, chain_id, to_address, amount, from_address,
       derivation_index, state) VALUES ($1, $2, $3, $4, $5, $6, 400, $7, 0, 'created')`,
    [
      refundId,
      payment.id,
      laterDepositId,
      app.merchantId,
      chain.config.chainId,
      chain.payer.toLowerCase(),
      payment.address.toLowerCase(),
    ],
  );
  await app.database.dataSource.query(
    `INSERT INTO chain_cursors (chain_id, block_number, block_hash, block_time) VALUES ($1, 9, $2, now())
     ON CONFLICT (chain_id) DO NOTHING`,
    [chain.config.chainId, HASH],
  );
}, 60_000);
afterAll(async () => {
  await app?.stop();
  await chain?.stop();
});

const HASH = `0x${'ab'.repeat(32)}`;

async function transfer(id: string, amount: number, block: number, reason: string | null): Promise<void> {
  await app.database.dataSource.query(
    `INSERT INTO transfers (id, payment_id, merchant_id, chain_id, tx_hash, ordinal, block_number, block_hash, block_time,
       to_address, amount, kind, state, uncounted_reason) VALUES
       ($1, $2, $3, $4, $5, 0, $6, $7, now(), $8, $9, 'native', 'included', $10)`,
    [
      id,
      payment.id,
      app.merchantId,
      chain.config.chainId,
      `0x${id.replaceAll('-', '').padEnd(64, '0')}`,
      block,
      HASH,
      payment.address.toLowerCase(),
      amount,
      reason,
    ],
  );
}

/** Two states of everything; each is committed as a whole. */
const STATES = {
  before: {
    payment: `status = 'detected', exception = NULL, amount_received = 1000, amount_confirmed = 0, version = 5,
      detected_in_block = 8, confirmations = 2, required_confirmations = 3, link_id = NULL`,
    option: 'amount_received = 1000, amount_confirmed = 0, detected_in_block = 8, confirmations = 2',
    block: 9,
    later: `uncounted_reason = 'too_late', resolution = NULL`,
    refund: `state = 'created'`,
    link: `title = 'before', version = 1`,
  },
  after: {
    payment: `status = 'confirmed', exception = 'overpaid', amount_received = 2000, amount_confirmed = 2000, version = 6,
      detected_in_block = 8, confirmations = 3, required_confirmations = 3, confirmed_at = '2026-01-01'`,
    option: 'amount_received = 2000, amount_confirmed = 2000, detected_in_block = 8, confirmations = 3',
    block: 10,
    later: `uncounted_reason = 'too_late', resolution = 'accepted'`,
    refund: `state = 'confirmed'`,
    link: `title = 'after', version = 2`,
  },
};

async function become(state: 'before' | 'after'): Promise<void> {
  const to = STATES[state];
  await app.database.dataSource.transaction(async (manager) => {
    await manager.query(`UPDATE payments SET ${to.payment} WHERE id = $1`, [payment.id]);
    if (state === 'after')
      await manager.query('UPDATE payments SET link_id = $2 WHERE id = $1', [payment.id, linkId]);
    await manager.query(`UPDATE payment_options SET ${to.option} WHERE payment_id = $1`, [payment.id]);
    await manager.query('UPDATE chain_cursors SET block_number = $1', [to.block]);
    await manager.query(`UPDATE transfers SET ${to.later} WHERE id = $1`, [laterDepositId]);
    await manager.query(`UPDATE refunds SET ${to.refund} WHERE id = $1`, [refundId]);
    await manager.query(`UPDATE payment_links SET ${to.link} WHERE id = $1`, [linkId]);
  });
}

/** Has everything change right before the app's statement with this number. @returns whether there was one */
async function changingBefore(statement: number, work: () => Promise<void>): Promise<boolean> {
  const dataSource = app.get(DataSource);
  const create = dataSource.createQueryRunner.bind(dataSource);
  let count = 0;
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    runner.query = (async (...args: unknown[]) => {
      count += 1;
      if (count === statement) await become('after');
      return query(...args);
    }) as typeof runner.query;
    return runner;
  };
  try {
    await work();
  } finally {
    dataSource.createQueryRunner = create;
  }
  return count >= statement;
}

const get = (path: string) => async () => (await app.request('GET', path)).body;
const VIEWS: [string, () => Promise<unknown>][] = [
  ['a payment', () => get(`/api/v1/payments/${payment.id}`)()],
  ['the list of payments', get('/api/v1/payments')],
  ['a deposit', () => get(`/api/v1/deposits/${laterDepositId}`)()],
  ['the list of deposits', get('/api/v1/deposits')],
  ['a refund', () => get(`/api/v1/refunds/${refundId}`)()],
  ['the list of refunds', get('/api/v1/refunds')],
  ['the refunds of a deposit', () => get(`/api/v1/deposits/${laterDepositId}/refunds`)()],
  ['a payment link', () => get(`/api/v1/payment-links/${linkId}`)()],
  ['the list of payment links', get('/api/v1/payment-links')],
  ['a pay page', async () => [...(await app.get(PaymentPages).states([payment.id])).values()]],
  [
    'the export',
    async () => {
      const headers = { authorization: `Bearer ${app.key}` };
      return (await fetch(`${app.url}/api/v1/payments/export?format=csv`, { headers })).text();
    },
  ],
];

describe('what is told of a payment', () => {
  it.each(VIEWS)('is of one moment, whenever another commits: %s', async (_name, view) => {
    await become('after');
    const after = await view();
    await become('before');
    const before = await view();
    expect(before).not.toEqual(after);
    for (let statement = 1; ; statement += 1) {
      await become('before');
      let seen: unknown;
      const isReached = await changingBefore(statement, async () => {
        seen = await view();
      });
      if (!isReached) {
        // A view in several statements has been changed between all of them.
        expect(statement).toBeGreaterThan(2);
        break;
      }
      expect([before, after]).toContainEqual(seen);
    }
  });
});

describe('reading in one moment', () => {
  it('writes nothing, holds one connection, and gives it back however it ends', async () => {
    const dataSource = app.get(DataSource);
    const write = inOneMoment(dataSource, (manager) => manager.query('DELETE FROM refunds'));
    await expect(write).rejects.toThrow('read-only transaction');
    const nested = inOneMoment(dataSource, () => dataSource.query('SELECT 1'));
    await expect(nested).rejects.toThrow(SecondConnectionError);
    const more = Array.from({ length: 3 * app.settings.databasePoolSize }, (_, index) =>
      inOneMoment(dataSource, async (manager) => {
        await manager.query('SELECT 1');
        if (index % 2 === 0) throw new Error('odd');
        return index;
      }).catch(() => null),
    );
    expect((await Promise.all(more)).filter((one) => one !== null)).toHaveLength(more.length / 2);
    await expect(dataSource.query('SHOW transaction_isolation')).resolves.toEqual([
      { transaction_isolation: 'read committed' },
    ]);
  });

  it('is asked for where several statements make one view', () => {
    const { manager } = app.get(DataSource);
    expect(() => requireOneMoment(manager, 'payments')).toThrow(SeveralMomentsError);
  });
});

describe('a transaction that Postgres ends for another’s sake', () => {
  const end = (code: string) => `DO $$ BEGIN RAISE EXCEPTION 'ended' USING ERRCODE = '${code}'; END $$`;
  const endingFirst = (code: string) => {
    const tries = { count: 0 };
    const done = inTurn(app.get(DataSource), payment.id, async (manager) => {
      tries.count += 1;
      if (tries.count === 1) await manager.query(end(code));
      return manager.query<{ one: number }[]>('SELECT 1 AS one');
    });
    return { done, tries };
  };

  it.each(['40P01', '40001'])('is begun again: %s', async (code) => {
    const { done, tries } = endingFirst(code);
    await expect(done).resolves.toEqual([{ one: 1 }]);
    expect(tries.count).toBe(2);
  });

  it('is not begun again for anything else', async () => {
    const { done, tries } = endingFirst('23505');
    await expect(done).rejects.toThrow('ended');
    expect(tries.count).toBe(1);
  });

  it('is no more than told of where it never goes through', async () => {
    const never = inTurn(app.get(DataSource), payment.id, (manager) => manager.query(end('40P01')));
    await expect(never).rejects.toThrow('ended');
  });
});

describe('events that a dispatcher has claimed', () => {
  it('may be referred to by another that writes their deliveries first', async () => {
    const made = await app.request<{ id: string }>('POST', '/api/v1/webhook-endpoints', {
      url: 'https://shop.example/webhooks',
      event_types: ['*'],
    });
    const { dataSource } = app.database;
    await dataSource.transaction(async (manager) => {
      const [event] = await app.get(Outbox).claim(manager, 10);
      await dataSource.transaction(async (other) => {
        await other.query(`SET LOCAL lock_timeout = '2s'`);
        await other.query(
          `INSERT INTO webhook_deliveries (id, event_id, endpoint_id, merchant_id, payment_id, event_type, position)
           VALUES ($1, $2, $3, $4, $5, $6, $7)`,
          [
            uuidv7(),
            event?.id,
            made.body.id,
            event?.merchantId,
            event?.paymentId,
            event?.type,
            event?.position,
          ],
        );
      });
    });
  });
});
