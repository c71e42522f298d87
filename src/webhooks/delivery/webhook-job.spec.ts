import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jobsOf, shareJobs } from './webhook-job.js';

const deliveries = fc
  .array(fc.constantFrom('a', 'b', 'c'), { maxLength: 300 })
  .map((endpoints) => endpoints.map((endpointId, index) => ({ id: `delivery-${index}`, endpointId })));

describe('jobs', () => {
  it('bring each delivery once, in order, and none to two endpoints', () => {
    fc.assert(
      fc.property(deliveries, (all) => {
        const endpointOf = new Map(all.map(({ id, endpointId }) => [id, endpointId]));
        const jobs = jobsOf(shareJobs(all));
        const brought = jobs.flatMap((job) => job.deliveries ?? [job.id]);
        expect([...brought].sort()).toEqual([...endpointOf.keys()].sort());
        for (const job of jobs) {
          const endpoints = new Set((job.deliveries ?? [job.id]).map((id) => endpointOf.get(id)));
          expect(endpoints.size).toBe(1);
        }
        for (const endpoint of ['a', 'b', 'c']) {
          const inOrder = all.filter(({ endpointId }) => endpointId === endpoint).map(({ id }) => id);
          expect(brought.filter((id) => endpointOf.get(id) === endpoint)).toEqual(inOrder);
        }
      }),
    );
  });

  it('are shared, so that two hundred deliveries need four', () => {
    const all = Array.from({ length: 200 }, (_, index) => ({ id: `delivery-${index}`, endpointId: 'a' }));
    expect(jobsOf(shareJobs(all))).toHaveLength(4);
  });

  it('are a delivery’s own where it is alone', () => {
    expect(jobsOf(shareJobs([{ id: 'delivery', endpointId: 'a' }]))).toEqual([
      { id: 'delivery', endpointId: 'a' },
    ]);
  });
});
