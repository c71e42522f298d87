import { describe, expect, it } from '@jest/globals';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';

/** Starts that come so far that a chain runs are in `test/long`. */
describe('a start', () => {
  it('with bad settings stops and names every one of them', async () => {
    const folder = tempFolder();
    const settings = { PORT: 'http', ROLES: 'cook', WEBHOOK_URL: 'shop.example' };
    const quittance = await QuittanceProcess.spawn(folder.path, settings);
    await waitFor('the process to give up', () => quittance.hasEnded);
    expect(await quittance.end()).toBe(1);
    const { output } = quittance;
    expect(output).toMatch(/3 problems/);
    for (const name of ['PORT', 'ROLES', 'WEBHOOK_URL']) expect(output).toContain(`${name}: `);
    folder.remove();
  });
});
