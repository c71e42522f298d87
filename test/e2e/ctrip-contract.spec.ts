import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TestApp } from '../harness/app.js';
import { type Received, Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';

const SECRET = 'a secret as ctrip had them, no prefix';

let chain: TestChain;
let receiver: Receiver;
let app: TestApp;

beforeAll(async () => {
  chain = await TestChain.start();
});
afterAll(() => chain?.stop());
beforeEach(async () => {
  receiver = await Receiver.start();
});
afterEach(async () => {
  await app.stop();
  await receiver.stop();
});

/** A payment in a token from its creation to payment.confirmed, which is what WEBHOOK_EVENTS names by default. */
async function paid(webhookSecret: string | null) {
  app = await TestApp.start({
    chains: [chain.config],
    settings: { webhookUrl: receiver.url, webhookEvents: ['payment.confirmed'], webhookSecret },
  });
  const chains = await app.request<{ data: { tokens: { id: string }[] }[] }>('GET', '/api/v1/chains');
  const tokenId = chains.body.data[0]!.tokens[0]!.id;
  const payment = await app.createPayment({ amount: '2500000', token_id: tokenId });
  await chain.payToken(payment.address, 2_500_000n);
  await chain.mine(4);
  const webhook = await receiver.waitForEvent(payment.id, 'payment.confirmed');
  return { payment, tokenId, webhook };
}

/** As a consumer written for ctrip reads them: from the top level, all strings. */
const flat = ({ raw }: Received) => {
  const { payment_id, status, address, amount, chain, token_id } = JSON.parse(raw.toString()) as Record<
    string,
    unknown
  >;
  return { payment_id, status, address, amount, chain, token_id };
};

describe('a consumer written for ctrip', () => {
  it('finds its six flat fields and the hex signature over the very bytes, keyed with the secret’s text', async () => {
    const { payment, tokenId, webhook } = await paid(SECRET);
    expect(webhook.method).toBe('POST');
    expect(flat(webhook)).toEqual({
      payment_id: payment.id,
      status: 'confirmed',
      address: payment.address,
      amount: '2500000',
      chain: 'testchain',
      token_id: tokenId,
    });
    const hex = (secret: string, raw: Buffer) => createHmac('sha256', secret).update(raw).digest('hex');
    expect(webhook.headers['x-webhook-signature']).toBe(hex(SECRET, webhook.raw));
    // Over the bytes, not over what they say: the same JSON written another way does not verify.
    const rewritten = Buffer.from(JSON.stringify(JSON.parse(webhook.raw.toString()), null, 1));
    expect(webhook.headers['x-webhook-signature']).not.toBe(hex(SECRET, rewritten));
  });

  it('gets no signature at all where no secret is configured', async () => {
    const { payment, webhook } = await paid(null);
    expect(flat(webhook)).toMatchObject({ payment_id: payment.id, status: 'confirmed', amount: '2500000' });
    expect(Object.keys(webhook.headers).filter((name) => name.includes('signature'))).toEqual([]);
  });
});
