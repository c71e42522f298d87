import { spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_SECRET, TestApp } from '../harness/app.js';
import { type Received, Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';

const FOLDER = join(import.meta.dirname, '../../docs/verify');
const SNIPPETS = [
  { language: 'Node', command: process.execPath, file: 'verify.mjs' },
  { language: 'Python', command: 'python3', file: 'verify.py' },
  { language: 'PHP', command: 'php', file: 'verify.php' },
];
const OTHER_SECRET = `whsec_${Buffer.alloc(24, 1).toString('base64')}`;

interface Delivery {
  secret: string;
  id: string;
  timestamp: string;
  signatures: string;
  body: Buffer;
}

let captured: Delivery;

beforeAll(async () => {
  const receiver = await Receiver.start();
  const chain = await TestChain.start();
  const app = await TestApp.start({ chains: [chain.config], settings: { webhookUrl: receiver.url } });
  try {
    // What JSON printed again by another language would not look like.
    const payment = await app.createPayment({ metadata: { größe: '1/2 €', price: 1.5 } });
    captured = deliveryOf(await receiver.waitForEvent(payment.id, 'payment.created'));
  } finally {
    await app.stop();
    await chain.stop();
    await receiver.stop();
  }
});

function deliveryOf({ headers, raw }: Received): Delivery {
  return {
    secret: TEST_SECRET,
    id: headers['webhook-id'] as string,
    timestamp: headers['webhook-timestamp'] as string,
    signatures: headers['webhook-signature'] as string,
    body: raw,
  };
}

const KEY = Buffer.from(TEST_SECRET.slice('whsec_'.length), 'base64');

/** As our signer would, had it sent the delivery at another time. */
function signed(timestamp: string, key: Buffer | string = KEY): string {
  const mac = createHmac('sha256', key).update(`${captured.id}.${timestamp}.`).update(captured.body);
  return `v1,${mac.digest('base64')}`;
}

describe.each(SNIPPETS)('docs/verify/$file', ({ language, command, file }) => {
  const isInstalled = spawnSync(command, ['--version']).status === 0;
  if (!isInstalled && !process.env.CI) {
    it.skip(`needs ${language}, which is not installed here`, () => undefined);
    return;
  }

  const verdict = (change: Partial<Delivery>) => {
    const { secret, id, timestamp, signatures, body } = { ...captured, ...change };
    const { status, stdout, stderr } = spawnSync(command, [join(FOLDER, file), id, timestamp, signatures], {
      input: body,
      env: { ...process.env, WEBHOOK_SECRET: secret },
      encoding: 'utf8',
    });
    return { status, stdout: stdout.trim(), stderr: stderr.trim() };
  };
  const verified = { status: 0, stdout: 'verified', stderr: '' };
  const refused = { status: 1, stdout: 'refused', stderr: '' };

  it('accepts a delivery as it was sent', () => {
    expect(verdict({})).toEqual(verified);
  });

  it('accepts it while a rotated secret signs too', () => {
    const older = `v1,${Buffer.alloc(32).toString('base64')}`;
    expect(verdict({ signatures: `${older} ${captured.signatures}` })).toEqual(verified);
  });

  it('accepts what a secret of plain text signs, whatever it looks like', () => {
    const { timestamp } = captured;
    for (const secret of [
      'a secret of plain text, größer als sonst',
      'c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0',
      'whsec',
    ]) {
      expect(verdict({ secret, signatures: signed(timestamp, secret) })).toEqual(verified);
      expect(verdict({ secret })).toEqual(refused);
    }
  });

  it('refuses another secret, another id, a changed byte, and no signature', () => {
    expect(verdict({ secret: OTHER_SECRET })).toEqual(refused);
    expect(verdict({ id: `${captured.id}0` })).toEqual(refused);
    expect(verdict({ body: Buffer.concat([captured.body, Buffer.from(' ')]) })).toEqual(refused);
    expect(verdict({ signatures: '' })).toEqual(refused);
  });

  it('refuses a timestamp of more than 5 minutes ago, or ahead, and one that is none', () => {
    const now = Math.floor(Date.now() / 1000);
    for (const timestamp of [String(now - 310), String(now + 310), 'now', '']) {
      expect(verdict({ timestamp, signatures: signed(timestamp) })).toEqual(refused);
    }
    const recent = String(now - 280);
    expect(verdict({ timestamp: recent, signatures: signed(recent) })).toEqual(verified);
  });
});
