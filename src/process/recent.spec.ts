import { describe, expect, it } from '@jest/globals';
import { Recent } from './recent.js';

describe('Recent', () => {
  it('reads once for all who ask within its age, and again after it', async () => {
    let reads = 0;
    const recent = new Recent(1_000, () => Promise.resolve((reads += 1)));
    await expect(Promise.all([recent.get(0), recent.get(0), recent.get(999)])).resolves.toEqual([1, 1, 1]);
    await expect(recent.get(1_000)).resolves.toBe(2);
  });

  it('keeps no failure', async () => {
    let reads = 0;
    const recent = new Recent(1_000, () =>
      (reads += 1) === 1 ? Promise.reject(new Error('away')) : Promise.resolve(reads),
    );
    await expect(recent.get(0)).rejects.toThrow('away');
    await expect(recent.get(1)).resolves.toBe(2);
  });
});
