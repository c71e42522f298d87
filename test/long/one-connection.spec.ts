import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';
import { TestChain } from '../harness/test-chain.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database?.drop());

const ETHER = '1000000000000000000';

describe('two hundred refunds asked for at once, on a pool of ten', () => {
  it('are all answered', async () => {
    const chain = await TestChain.start();
    const app = await TestApp.start({ chains: [chain.config], settings: { roles: ['api'] } });
    try {
      const payment = await app.createPayment({ amount: ETHER });
      await app.database.dataSource.query(
        `UPDATE payments SET status = 'confirmed', amount_received = $2, amount_confirmed = $2 WHERE id = $1`,
        [payment.id, ETHER],
      );
      await app.database.dataSource.query(
        'UPDATE payment_options SET amount_received = $2, amount_confirmed = $2 WHERE payment_id = $1',
        [payment.id, ETHER],
      );
      const to = '0x00000000219ab540356cbb839cbe05303d7705fa';
      const ask = () => app.insist('POST', `/api/v1/payments/${payment.id}/refunds`, { to, amount: '1' });
      const answers = await Promise.all(Array.from({ length: 200 }, ask));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    } finally {
      await app.stop();
      await chain.stop();
    }
  });
});
