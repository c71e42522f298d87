import { createPublicKey, verify } from 'node:crypto';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ReceiptSigner } from '../../src/checkout/receipt-signer.js';
import { loadSettings } from '../../src/config/load-settings.js';
import { Sealer } from '../../src/http/sealing.js';
import { createDatabase, type TestDatabase } from '../harness/database.js';

let database: TestDatabase;
beforeAll(async () => {
  Logger.overrideLogger(false);
  database = await createDatabase();
});
afterAll(() => database?.drop());

const key = (id: string, byte: number) => `${id}:${Buffer.alloc(32, byte).toString('base64')}`;
const [OLD, NEW, OTHER] = [key('a', 1), key('b', 2), key('c', 3)];

/** A process that starts with this ENCRYPTION_KEY. */
async function started(encryptionKey: string): Promise<ReceiptSigner> {
  const signer = new ReceiptSigner(
    database.dataSource,
    new Sealer(loadSettings({ ENCRYPTION_KEY: encryptionKey })),
  );
  await signer.onModuleInit();
  return signer;
}

async function isGood(signer: ReceiptSigner, receipt: string): Promise<boolean> {
  const [header = '', payload = '', signature = ''] = receipt.split('.');
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString()) as { kid: string };
  const jwk = (await signer.publicKeys()).find((one) => one.kid === kid);
  return verify(
    null,
    Buffer.from(`${header}.${payload}`),
    createPublicKey({ key: { ...jwk }, format: 'jwk' }),
    Buffer.from(signature, 'base64url'),
  );
}

describe('the key that receipts are signed with', () => {
  it('outlives a rotation of ENCRYPTION_KEY, of which the old one may go after one start', async () => {
    const before = await started(OLD);
    const receipt = await before.sign({ paid: '1' });
    const between = await started(`${NEW},${OLD}`);
    // Processes that were started before go on beside it.
    expect(await isGood(between, await before.sign({ paid: '2' }))).toBe(true);
    const after = await started(NEW);
    expect(await isGood(after, await after.sign({ paid: '3' }))).toBe(true);
    expect(await isGood(after, receipt)).toBe(true);
    expect(await after.publicKeys()).toHaveLength(1);
  });

  it('is replaced where the key that sealed it is gone, and what it signed can still be verified', async () => {
    const before = await started(NEW);
    const receipt = await before.sign({ paid: '4' });
    const after = await started(OTHER);
    expect(await isGood(after, await after.sign({ paid: '5' }))).toBe(true);
    expect(await isGood(after, receipt)).toBe(true);
    expect(await after.publicKeys()).toHaveLength(2);
  });
});
