import { createHmac } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { TEST_SECRET, TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

let chain: TestChain;
let receiver: Receiver;
let app: TestApp;
let tokenId: string;

beforeAll(async () => {
  chain = await TestChain.start();
  receiver = await Receiver.start();
  app = await TestApp.start({ chains: [chain.config], settings: { webhookUrl: receiver.url } });
  const chains = await app.request<{ data: { tokens: { id: string }[] }[] }>('GET', '/api/v1/chains');
  tokenId = chains.body.data[0]?.tokens[0]?.id as string;
});
afterAll(async () => {
  await app?.stop();
  await receiver?.stop();
  await chain?.stop();
});
afterEach(() => {
  receiver.answer = (response) => response.writeHead(204).end();
});

describe('a payment', () => {
  it('in the native asset is detected, confirmed and announced by webhooks that verify', async () => {
    const payment = await app.createPayment({
      amount: '1000000000000000000',
      reference: 'order 1',
      metadata: { a: [1] },
    });
    expect(payment).toMatchObject({
      status: 'pending',
      token_id: null,
      amount_received: '0',
      required_confirmations: 3,
    });
    expect(payment.payment_uri).toBe(`ethereum:${payment.address}@31337?value=1000000000000000000`);

    const hash = await chain.pay(payment.address, 10n ** 18n);
    await chain.mine();
    await app.waitForStatus(payment.id, 'detected');
    await chain.mine();
    await waitFor('2 confirmations', async () => (await app.payment(payment.id)).confirmations === 2);
    await chain.mine();
    const confirmed = await app.waitForStatus(payment.id, 'confirmed');
    expect(confirmed).toMatchObject({
      amount_received: '1000000000000000000',
      amount_confirmed: '1000000000000000000',
      confirmations: 3,
      exception: null,
      reference: 'order 1',
      metadata: { a: [1] },
      transfers: [{ tx_hash: hash, amount: '1000000000000000000', kind: 'native' }],
    });
    await expect(app.eventsOf(payment.id)).resolves.toEqual([
      'payment.created',
      'payment.detected',
      'payment.confirmed',
    ]);

    const webhook = await receiver.waitForEvent(payment.id, 'payment.confirmed');
    const { headers, raw, json } = webhook;
    expect(new Webhook(TEST_SECRET).verify(raw, headers as Record<string, string>)).toEqual(json);
    expect(headers['x-webhook-signature']).toBe(createHmac('sha256', TEST_SECRET).update(raw).digest('hex'));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Quittance\/\d/),
    });
    expect(json).toEqual({
      type: 'payment.confirmed',
      api_version: 'v1',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      payment_id: payment.id,
      status: 'confirmed',
      address: payment.address,
      amount: '1000000000000000000',
      chain: 'testchain',
      token_id: null,
      data: confirmed,
    });
  });

  it('in a token is confirmed by its Transfer logs', async () => {
    const payment = await app.createPayment({ amount: '2500000', token_id: tokenId });
    await chain.payToken(payment.address, 2_500_000n);
    await chain.mine(3);
    await expect(app.waitForStatus(payment.id, 'confirmed')).resolves.toMatchObject({
      token_id: tokenId,
      transfers: [{ kind: 'erc20', amount: '2500000' }],
    });
    await receiver.waitForEvent(payment.id, 'payment.confirmed');
  });

  it('counts each of several transfers in one batch transaction once', async () => {
    const [one, two] = [
      await app.createPayment({ token_id: tokenId }),
      await app.createPayment({ token_id: tokenId }),
    ];
    await chain.payTokenBatch([one.address, two.address, one.address], [600n, 1000n, 400n]);
    await chain.mine(3);
    await expect(app.waitForStatus(one.id, 'confirmed')).resolves.toMatchObject({ amount_received: '1000' });
    await expect(app.waitForStatus(two.id, 'confirmed')).resolves.toMatchObject({ amount_received: '1000' });
    expect((await app.payment(one.id)).transfers).toHaveLength(2);
  });

  it('does not count a failed transaction, another asset, or an asset nobody listed', async () => {
    const payment = await app.createPayment({ token_id: tokenId });
    await chain.payAndFail(0n);
    await chain.pay(payment.address, 1000n);
    await chain.mine(2);
    await app.waitForBlock(await chain.height());
    await expect(app.payment(payment.id)).resolves.toMatchObject({ status: 'pending', amount_received: '0' });
    const rows = await app.database.dataSource.query(
      'SELECT uncounted_reason, amount FROM transfers WHERE payment_id = $1',
      [payment.id],
    );
    expect(rows).toEqual([{ uncounted_reason: 'wrong_asset', amount: '1000' }]);
  });

  it('mined in time and found after expiry is confirmed and not expired', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 1 });
    await app.close();
    await chain.pay(payment.address, 1000n);
    await chain.mine();
    await chain.passTime(3600);
    await chain.mine(5);
    app = await TestApp.start({
      chains: [chain.config],
      settings: { webhookUrl: receiver.url },
      database: app.database,
    });
    const rows = () =>
      app.database.dataSource.query<{ status: string; exception: string | null }[]>(
        'SELECT status, exception FROM payments WHERE id = $1',
        [payment.id],
      );
    await waitFor('payment confirmed', async () => (await rows())[0]?.status === 'confirmed');
    await expect(rows()).resolves.toEqual([{ status: 'confirmed', exception: null }]);
    await receiver.waitForEvent(payment.id, 'payment.confirmed');
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.confirmed',
    ]);
  });

  it('expires by chain time, and late money still counts', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 120 });
    await chain.passTime(7200);
    await chain.mine(2);
    await expect(app.waitForStatus(payment.id, 'expired')).resolves.toMatchObject({ exception: null });
    await chain.pay(payment.address, 1000n);
    await chain.mine(3);
    await expect(app.waitForStatus(payment.id, 'confirmed')).resolves.toMatchObject({ exception: 'late' });
  });
});

describe('a reorg', () => {
  it('of 3 blocks that drops the paying transaction takes the payment back, and it is confirmed once when mined again', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 40_000 });
    await chain.mine(2);
    await chain.pay(payment.address, 1000n);
    await chain.mine(1);
    await app.waitForStatus(payment.id, 'detected');
    await chain.reorg(3);
    await expect(app.waitForStatus(payment.id, 'pending')).resolves.toMatchObject({
      amount_received: '0',
      confirmations: 0,
      detected_in_block: null,
      transfers: [],
    });
    await chain.pay(payment.address, 1000n);
    await chain.mine(4);
    await app.waitForStatus(payment.id, 'confirmed');
    await receiver.waitForEvent(payment.id, 'payment.confirmed');
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'payment.detected',
      'payment.reorged',
      'payment.detected',
      'payment.confirmed',
    ]);
    expect(receiver.of(payment.id, 'payment.confirmed')).toHaveLength(1);
  });

  it('that only moves the transaction to another block changes nothing for the merchant', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 40_000 });
    await chain.pay(payment.address, 1000n);
    await chain.mine(1);
    const { detected_in_block: before } = await app.waitForStatus(payment.id, 'detected');
    await chain.reorg(1, [[{ from: chain.payer, to: payment.address, value: '0x3e8' }, 0]]);
    await chain.mine(3);
    await expect(app.waitForStatus(payment.id, 'confirmed')).resolves.toMatchObject({
      amount_received: '1000',
      detected_in_block: before,
    });
    expect((await app.eventsOf(payment.id)).at(-1)).toBe('payment.confirmed');
  });

  it('deeper than the required confirmations fails a confirmed payment', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 40_000 });
    await chain.pay(payment.address, 1000n);
    await chain.mine(3);
    await app.waitForStatus(payment.id, 'confirmed');
    await chain.reorg(5);
    await chain.mine(1);
    await expect(app.waitForStatus(payment.id, 'failed')).resolves.toMatchObject({ amount_received: '0' });
    await receiver.waitForEvent(payment.id, 'payment.failed');
  });
});

describe('a webhook', () => {
  it('that failed is sent again with the same id and bytes, and every attempt is on record', async () => {
    await app.close();
    app = await TestApp.start({
      chains: [chain.config],
      settings: {
        webhookUrl: receiver.url,
        webhookRetryScheduleMs: [50, 50],
        webhookEvents: ['payment.created'],
      },
      database: app.database,
    });
    receiver.answer = (response, { json }) =>
      response
        .writeHead(receiver.of(json.payment_id).length === 1 ? 500 : 302, { location: '/other' })
        .end('no');
    const payment = await app.createPayment();
    const attempts = () =>
      app.database.dataSource.query<{ status: number; error: string; state: string }[]>(
        `SELECT a.status, a.error, d.state FROM webhook_attempts a JOIN webhook_deliveries d ON d.id = a.delivery_id
         JOIN events e ON e.id = d.event_id WHERE e.payment_id = $1 ORDER BY a.started_at`,
        [payment.id],
      );
    const answered = async () => (await attempts()).filter(({ status }) => status !== null);
    await waitFor('3 answers on record', async () => (await answered()).length === 3);
    expect(await attempts()).toEqual([
      { status: 500, error: 'answered 500', state: 'dead' },
      { status: 302, error: 'answered 302: redirects are not followed', state: 'dead' },
      { status: 302, error: 'answered 302: redirects are not followed', state: 'dead' },
    ]);
    const sent = receiver.of(payment.id);
    expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(sent.map(({ raw }) => raw.toString('hex'))).size).toBe(1);
    expect(sent.every(({ method, url }) => method === 'POST' && url === '/hook')).toBe(true);
  });
});
