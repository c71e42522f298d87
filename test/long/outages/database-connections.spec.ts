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
