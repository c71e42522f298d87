import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keccak256, SigningKey, toBeHex } from 'ethers';
import { KeyRecovery } from './key-recovery.js';

interface Signed {
  signed: Uint8Array;
  key: string | null;
}

/** A signature, and whose it is. */
function aSignature(number: number): Signed {
  const account = new SigningKey(toBeHex(number + 1, 32));
  const hash = keccak256(toBeHex(number, 4));
  const { r, s, yParity } = account.sign(hash);
  const digits = [hash, r, s].map((one) => one.slice(2)).join('');
  return { signed: Buffer.from(`${digits}0${yParity}`, 'hex'), key: account.publicKey };
}

const NOBODY: Signed = { signed: new Uint8Array(97), key: null };
const several = (count: number) => Array.from({ length: count }, (_, number) => aSignature(number));

async function recovered(recovery: KeyRecovery, all: readonly Signed[]): Promise<(string | null)[]> {
  const keys = await Promise.all(all.map(({ signed }) => recovery.keyOf(signed)));
  return keys.map((key) => key && `0x${Buffer.from(key).toString('hex')}`);
}

describe('public keys', () => {
  const all = [...several(30), NOBODY, ...several(3)];
  const keys = all.map(({ key }) => key);

  it('of many signatures are recovered in another thread, each in its place, and none where nobody signed', async () => {
    const recovery = new KeyRecovery({ idleMs: 0 });
    expect(await recovered(recovery, all)).toEqual(keys);
    expect(await recovered(recovery, all)).toEqual(keys);
    expect(recovery.countInThread).toBe(2 * all.length);
  });

  it('of a few are recovered here', async () => {
    const recovery = new KeyRecovery();
    expect(await recovered(recovery, several(3))).toEqual(several(3).map(({ key }) => key));
    expect(recovery.countInThread).toBe(0);
  });

  describe('are recovered all the same by a thread that', () => {
    let folder: string;
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'recovery-'));
    });
    afterAll(() => rmSync(folder, { recursive: true }));

    it.each([
      ['does not start', `throw new Error('broken')`],
      ['ends at once', 'process.exit(0)'],
      ['never answers', `parentPort.on('message', () => undefined)`],
      ['dies of it', `parentPort.on('message', () => { throw new Error('broken') })`],
      ['ends instead of answering', `parentPort.on('message', () => process.exit(1))`],
      ['answers with too few', `parentPort.on('message', () => parentPort.postMessage(new Uint8Array(65)))`],
    ])('%s', async (fault, code) => {
      const file = join(folder, `${fault.replaceAll(' ', '-')}.mjs`);
      writeFileSync(file, `import { parentPort } from 'node:worker_threads';\n${code};\n`);
      const recovery = new KeyRecovery({ file, timeLimitMs: 300, idleMs: 0, restMs: 0 });
      expect(await recovered(recovery, all)).toEqual(keys);
      expect(await recovered(recovery, all)).toEqual(keys);
      expect(recovery.countInThread).toBe(0);
    });
  });
});
