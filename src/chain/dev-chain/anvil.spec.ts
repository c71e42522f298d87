import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { startAnvil } from './anvil.js';

/** More blocks than a node keeps the states of in memory. */
const BLOCKS = 600;

describe('startAnvil', () => {
  it('writes no states of old blocks to the disk', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'states-'));
    const anvil = await startAnvil(['--no-mining', '--cache-path', folder]);
    try {
      await anvil.rpc('anvil_mine', [`0x${BLOCKS.toString(16)}`]);

      expect(
        readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile()),
      ).toEqual([]);
      expect(
        await anvil.rpc('eth_getBalance', [`0x${'a'.repeat(40)}`, `0x${(BLOCKS - 400).toString(16)}`]),
      ).toBe('0x0');
    } finally {
      await anvil.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
