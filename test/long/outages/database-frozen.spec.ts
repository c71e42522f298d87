import { afterEach, describe, it } from '@jest/globals';
import { databaseGone, Outage } from '../../harness/outage.js';

let outage: Outage;
afterEach(() => outage?.stop());

describe('the database', () => {
  it('frozen for 40 s: requests are told 503 in time, and all goes on by itself', async () => {
    outage = await Outage.start();
    await databaseGone(outage, () => outage.proxy.suspend());
  });
});
