import { afterEach, describe, expect, it } from '@jest/globals';
import { BACK_WITHIN_MS, Outage, UNAVAILABLE } from '../../harness/outage.js';
import { fillDisk } from '../../harness/full-disk.js';
import { waitFor } from '../../harness/wait-for.js';

/** A full disk answers at once, so that each loop has tried several times by then. */
const FULL_MS = 10_000;

let outage: Outage;
afterEach(() => outage?.stop());

describe('the database', () => {
  it('whose connections are neither alive nor closed: the app goes on by new ones', async () => {
    outage = await Outage.start();
    const id = await outage.paid();
    outage.proxy.freeze();
    await outage.chain.mine(3);
    await waitFor(
      'the API to answer again',
      async () => (await outage.told('GET', '/api/v1/payments')).status === 200,
      BACK_WITHIN_MS,
    );
    await outage.isOver(id);
  });

  it('whose answers are lost, so that what is committed is not known to be: nothing counts twice', async () => {
    outage = await Outage.start();
    const id = await outage.paid();
    const mined = outage.chain.mine(3);
    outage.proxy.loseAnswers();
    await mined;
    await waitFor(
      'the API to answer again',
      async () => (await outage.told('GET', '/api/v1/payments')).status === 200,
      BACK_WITHIN_MS,
    );
    await outage.isOver(id);
    expect(await outage.app.payment(id)).toMatchObject({ amount_received: '1000' });
  });

  it('of which somebody holds a lock that he forgot: requests are told 503 in time, and all goes on after it', async () => {
    outage = await Outage.start();
    const id = await outage.paid();
    const forgotten = outage.database.dataSource.createQueryRunner();
    await forgotten.startTransaction();
    await forgotten.query('LOCK TABLE payments IN ACCESS EXCLUSIVE MODE');
    const since = Date.now();
    await outage.chain.mine(3);
    const told = await outage.told('GET', `/api/v1/payments/${id}`);
    expect(told).toMatchObject({ status: 503, retryAfter: '5', type: UNAVAILABLE });
    expect(told.ms).toBeLessThan(BACK_WITHIN_MS);
    expect((await outage.told('GET', '/health/live')).status).toBe(200);
    await waitFor('a step to be given up', () => outage.lines('scan step failed').length > 0, BACK_WITHIN_MS);
    await outage.hasLasted(since, FULL_MS);
    await forgotten.rollbackTransaction();
    await forgotten.release();
    await outage.isOver(id);
  });

  it('with a full disk for 10 s: reads go on, writes are told 503, and nothing is half written', async () => {
    outage = await Outage.start();
    const id = await outage.paid();
    const free = await fillDisk(outage.database.dataSource);
    const since = Date.now();
    await outage.chain.mine(3);
    expect(await outage.told('GET', '/api/v1/payments')).toMatchObject({ status: 200 });
    const make = { chain: 'testchain', amount: '1' };
    expect(await outage.told('POST', '/api/v1/payments', make)).toMatchObject({
      status: 503,
      retryAfter: '5',
      type: UNAVAILABLE,
    });
    await waitFor('the failure to be counted', async () => (await outage.errors('disk_full')) > 1);
    await outage.hasLasted(since, FULL_MS);
    expect((await outage.told('GET', '/health/live')).status).toBe(200);
    expect(await outage.app.eventsOf(id)).not.toContain('payment.confirmed');
    expect(outage.lines('No space left on device').length).toBeGreaterThan(0);
    await free();
    await outage.isOver(id);
  });
});
