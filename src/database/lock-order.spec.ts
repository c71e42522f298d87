import { describe, expect, it } from '@jest/globals';
import { LockOrder, LockOrderError, TooStrongLockError } from './lock-order.js';

/** Statements of one transaction, those that hold payments with the ids they held. */
function run(...statements: (string | [string, ...string[]])[]): void {
  const order = new LockOrder();
  for (const statement of statements) {
    const [sql, ...ids] = typeof statement === 'string' ? [statement] : statement;
    order.before(sql);
    order.after(
      sql,
      ids.map((id) => ({ id })),
    );
  }
}

const HOLD = 'SELECT id FROM payments WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE';

describe('LockOrder', () => {
  it('lets pass what is taken in order, and written again later', () => {
    run(
      'SELECT * FROM "chain_cursors" "ChainCursor" WHERE chain_id = $1 FOR UPDATE',
      'SELECT * FROM "outgoing_transactions" WHERE id = $1 FOR NO KEY UPDATE',
      'SELECT * FROM "sweeps" "Sweep" WHERE outgoing_id = $1 ORDER BY id FOR NO KEY UPDATE',
      [HOLD, 'a', 'b'],
      'UPDATE transfers SET swept_at = now() WHERE chain_id = $1',
      'UPDATE "sweeps" SET state = $1 WHERE id = $2',
      [HOLD, 'b'],
      'UPDATE "refunds" SET "state" = $1 WHERE "id" IN ($2)',
      'UPDATE payments SET version = version + 1 WHERE id = $1',
    );
  });

  it.each<[string, (string | [string, ...string[]])[]]>([
    [
      'a refund before its payment',
      ['SELECT * FROM "refunds" "Refund" WHERE id = $1 FOR NO KEY UPDATE', [HOLD, 'a']],
    ],
    ['a deposit before its payment', ['UPDATE transfers SET state = $1', [HOLD, 'a']]],
    [
      'what is upserted, before its payment',
      ['INSERT INTO transfers (id) SELECT 1 ON CONFLICT (id) DO UPDATE SET id = 1'],
    ],
    [
      'a cursor after payments',
      [[HOLD, 'a'], 'SELECT * FROM "chain_cursors" "C" WHERE chain_id = $1 FOR UPDATE'],
    ],
    [
      'sweeps after payments',
      [[HOLD, 'a'], 'SELECT * FROM "sweeps" "Sweep" WHERE id = $1 FOR NO KEY UPDATE'],
    ],
    [
      'sweeps one after the other',
      Array<string>(2).fill('SELECT * FROM "sweeps" "Sweep" WHERE id = $1 FOR NO KEY UPDATE'),
    ],
    [
      'payments one after the other',
      [
        [HOLD, 'a'],
        [HOLD, 'b'],
      ],
    ],
  ])('refuses %s', (_what, statements) => {
    expect(() => run(...statements)).toThrow(LockOrderError);
  });

  it('leaves alone what does not wait, what nobody else holds, and what a savepoint may begin again', () => {
    run(
      'SELECT id FROM refunds WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED',
      'UPDATE webhook_endpoints SET failing_since = now() WHERE id = $1',
      'SAVEPOINT typeorm_1',
      'UPDATE refunds SET state = $1',
      'RELEASE SAVEPOINT typeorm_1',
    );
  });

  it.each([
    'SELECT * FROM "outgoing_transactions" WHERE id = $1 FOR UPDATE',
    'WITH next AS (SELECT id FROM events WHERE dispatched_at IS NULL FOR UPDATE SKIP LOCKED) SELECT 1 FROM next',
  ])('refuses to hold what others refer to in their way: %s', (sql) => {
    expect(() => run(sql)).toThrow(TooStrongLockError);
  });
});
