import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { HDNodeWallet } from 'ethers';
import { type DepositView } from '../../src/payments/deposit.view.js';
import { type CheckBody } from '../../src/payment-check/check.body.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { toChainId } from '../../src/ids/ids.js';

const YEAR_S = 365 * 86_400;
/** What anvil's own accounts are made from. */
const ANVIL_PHRASE = 'test test test test test test test test test test test junk';
/** The longest expiry there is, so that time passed on the chain is not meant to expire anything. */
const LONG = { expires_in_minutes: 40_000 };

let chain: TestChain;
let other: TestChain;
let app: TestApp;
let tokenId: string;

async function start(): Promise<void> {
  chain = await TestChain.start();
  app = await TestApp.start({ chains: [chain.config, other.config] });
  const { body } = await app.request<{ data: { name: string; tokens: { id: string }[] }[] }>(
    'GET',
    '/api/v1/chains',
  );
  tokenId = body.data.find(({ name }) => name === 'testchain')?.tokens[0]?.id ?? '';
  await app.waitForBlock(await other.height(), 31_338);
}
async function stop(): Promise<void> {
  await app.stop();
  await chain.stop();
}
/** One chain and one app for all tests, each for a merchant of its own. */
beforeAll(async () => {
  other = await TestChain.start({ name: 'otherchain', chainId: toChainId(31_338) });
  await start();
});
beforeEach(() => app.becomeNewMerchant());
afterAll(async () => {
  await stop();
  await other.stop();
});

/** For each test of a group whose time passes, or whose app starts otherwise. */
function worldForEach(): void {
  let shared: { chain: TestChain; app: TestApp };
  beforeEach(async () => {
    shared = { chain, app };
    await start();
  });
  afterEach(async () => {
    await stop();
    ({ chain, app } = shared);
  });
}

const unassigned = async (query = '') =>
  (
    await app.request<{ data: DepositView[]; next: string | null }>(
      'GET',
      `/api/v1/deposits?assigned=false${query}`,
    )
  ).body.data;

const theUnassigned = (payment: PaymentView) =>
  waitFor('the deposit', async () => (await unassigned(`&payment_id=${payment.id}`))[0]);

const resolve = (id: string, how: 'accept' | 'ignore') =>
  app.request<DepositView & { detail?: string }>('POST', `/api/v1/deposits/${id}/${how}`);

async function check(payment: PaymentView, txHash: string): Promise<CheckBody> {
  const answer = await app.request<CheckBody>('POST', `/api/v1/payments/${payment.id}/check`, {
    tx_hash: txHash,
  });
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
}

/** Mined, and scanned. */
async function mine(blocks = 1, on = chain): Promise<void> {
  await on.mine(blocks);
  await app.waitForBlock(await on.height(), on.config.chainId);
}

/** Of another merchant, with every right to its own payments. */
async function strangersKey(): Promise<string> {
  const { body: merchant } = await app.request<{ id: string }>('POST', '/api/v1/merchants', {
    name: 'stranger',
  });
  const scopes = ['payments:read', 'payments:write'];
  const key = { merchant_id: merchant.id, name: 'stranger', scopes };
  return (await app.request<{ key: string }>('POST', '/api/v1/api-keys', key)).body.key;
}

describe('a deposit that cannot count', () => {
  it('of the wrong token is listed with the reason, announced once, counted nowhere, and explained', async () => {
    const payment = await app.createPayment(LONG);
    const txHash = await chain.payToken(payment.address, 2_500_000n);
    await mine(4);
    const deposit = await theUnassigned(payment);
    expect(deposit).toMatchObject({
      state: 'unassigned',
      reason: 'wrong_asset',
      reason_text: 'It is TUSD, and the payment asks for ETH.',
      payment_id: payment.id,
      chain: 'testchain',
      token_id: tokenId,
      amount: '2500000',
      tx_hash: txHash,
      to: payment.address,
    });
    expect(await app.payment(payment.id)).toMatchObject({
      status: 'pending',
      amount_received: '0',
      transfers: [],
    });
    expect(await app.eventsOf(payment.id)).toEqual(['payment.created', 'deposit.unassigned']);
    expect(await check(payment, txHash)).toMatchObject({
      code: 'wrong_asset',
      message: '2.5 TUSD arrived and does not count. It is TUSD, and the payment asks for ETH.',
      chain: 'testchain',
      applied: false,
      transfers: [{ code: 'wrong_asset', amount: '2500000', deposit: { id: deposit.id } }],
    });
  });

  it('on the wrong chain is found there, listed, counted nowhere, and explained', async () => {
    const payment = await app.createPayment(LONG);
    const txHash = await other.pay(payment.address, 1000n);
    await mine(4, other);
    expect(await theUnassigned(payment)).toMatchObject({
      reason: 'wrong_chain',
      reason_text: 'It was sent on otherchain, and the payment asks for ETH on testchain.',
      chain: 'otherchain',
      chain_id: 31_338,
      amount: '1000',
    });
    expect(await unassigned('&chain=testchain')).toEqual([]);
    expect(await unassigned('&chain=otherchain')).toHaveLength(1);
    expect(await app.payment(payment.id)).toMatchObject({ status: 'pending', amount_received: '0' });
    expect(await check(payment, txHash)).toMatchObject({ code: 'wrong_chain', chain: 'otherchain' });
  });

  it('is told by webhook, with the deposit in it and the payment beside it', async () => {
    const receiver = await Receiver.start();
    const endpoint = { url: receiver.url, event_types: ['deposit.unassigned'] };
    expect(await app.request('POST', '/api/v1/webhook-endpoints', endpoint)).toMatchObject({ status: 201 });
    const payment = await app.createPayment(LONG);
    await chain.payToken(payment.address, 5n);
    await mine();
    const { json } = await receiver.waitForEvent(payment.id, 'deposit.unassigned');
    const deposit = await theUnassigned(payment);
    expect(json).toMatchObject({
      type: 'deposit.unassigned',
      payment_id: payment.id,
      status: 'pending',
      address: payment.address,
      amount: '1000',
      data: deposit,
    });
    await receiver.stop();
  });

  it('in another asset is accepted or left by hand, and adds nothing to the amount', async () => {
    const payment = await app.createPayment(LONG);
    await chain.payToken(payment.address, 7n);
    await mine();
    const { id } = await theUnassigned(payment);
    expect((await resolve(id, 'ignore')).body).toMatchObject({
      state: 'ignored',
      resolved_at: expect.any(String),
    });
    expect(await unassigned()).toEqual([]);
    expect((await resolve(id, 'accept')).body).toMatchObject({ state: 'accepted' });
    await mine(4);
    expect(await app.payment(payment.id)).toMatchObject({ status: 'pending', amount_received: '0' });
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'deposit.unassigned',
      'deposit.ignored',
      'deposit.accepted',
    ]);
  });

  it('is the merchant’s own, and nobody else’s', async () => {
    const payment = await app.createPayment(LONG);
    const txHash = await chain.payToken(payment.address, 7n);
    await mine();
    const { id } = await theUnassigned(payment);
    const stranger = { authorization: `Bearer ${await strangersKey()}` };
    const paths = [`GET deposits/${id}`, `POST deposits/${id}/accept`, `POST deposits/${id}/ignore`];
    for (const one of paths) {
      const [method, path] = one.split(' ') as [string, string];
      expect(await app.request(method, `/api/v1/${path}`, undefined, stranger)).toMatchObject({
        status: 404,
      });
    }
    const body = { tx_hash: txHash };
    const path = `/api/v1/payments/${payment.id}/check`;
    expect(await app.request('POST', path, body, stranger)).toMatchObject({ status: 404 });
    expect((await app.request('GET', '/api/v1/deposits', undefined, stranger)).body).toEqual({
      data: [],
      next: null,
      has_more: false,
    });
    expect(await theUnassigned(payment)).toMatchObject({ id });
  });

  it('is listed in pages, newest first, beside what counts', async () => {
    const payment = await app.createPayment({ ...LONG, amount: '30' });
    for (let count = 0; count < 3; count += 1) await chain.payToken(payment.address, 1n);
    await chain.pay(payment.address, 30n);
    await mine();
    await waitFor('all of them', async () => (await unassigned()).length === 3);
    const list = async (query: string) =>
      (await app.request<{ data: DepositView[]; next: string | null }>('GET', `/api/v1/deposits?${query}`))
        .body;
    const first = await list('limit=3');
    const second = await list(`limit=3&after=${first.next}`);
    const ids = [...first.data, ...second.data].map(({ id }) => id);
    expect(new Set(ids).size).toBe(4);
    expect(ids).toEqual([...ids].sort().reverse());
    expect(second.next).toBeNull();
    const { data: assigned } = await list('assigned=true');
    expect(assigned).toMatchObject([{ state: 'counted', reason: null, reason_text: null, amount: '30' }]);
    expect((await app.request('GET', '/api/v1/deposits?assigned=perhaps')).status).toBe(400);
  });
});

describe('a reorg', () => {
  it('takes an unassigned deposit away and brings it back under the same id, each told once', async () => {
    const payment = await app.createPayment(LONG);
    const txHash = await chain.payToken(payment.address, 7n);
    const { input } = await chain.rpc<{ input: string }>('eth_getTransactionByHash', [txHash]);
    await mine(2);
    const { id } = await theUnassigned(payment);
    await chain.reorg(2);
    await chain.mine(1);
    const gone = async () => (await app.request<DepositView>('GET', `/api/v1/deposits/${id}`)).body;
    await waitFor('it to be gone', async () => (await gone()).state === 'orphaned');
    expect(await unassigned()).toEqual([]);
    expect(await resolve(id, 'accept')).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('reorganisation') },
    });
    await chain.rpc('eth_sendTransaction', [{ from: chain.payer, to: chain.token, data: input }]);
    await mine();
    await theUnassigned(payment);
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'deposit.unassigned',
      'deposit.reorged',
      'deposit.unassigned',
    ]);
  });
});

describe('POST /payments/:id/check', () => {
  it('says how deep money is that counts, and that it counts already', async () => {
    const payment = await app.createPayment({ ...LONG, amount: '4000000000000000000' });
    const txHash = await chain.pay(payment.address, 1_000_000_000_000_000_000n);
    await mine(2);
    await app.waitForStatus(payment.id, 'partially_paid');
    expect(await check(payment, txHash)).toMatchObject({
      code: 'not_deep_enough',
      message:
        '1 ETH counts already and is not deep enough: it has 2 of 3 confirmations; only 1 ETH of 4 ETH due have arrived so far.',
      confirmations: 2,
      required_confirmations: 3,
      applied: false,
      payment: { id: payment.id, status: 'partially_paid' },
    });
    await mine(2);
    expect(await check(payment, txHash)).toMatchObject({
      code: 'counted',
      message: '1 ETH counts already and is final; only 1 ETH of 4 ETH due have arrived so far.',
    });
  });

  it('says why of what does not: not mined, failed, elsewhere, zero, no such token, nowhere', async () => {
    const [payment, sibling] = [await app.createPayment(LONG), await app.createPayment(LONG)];
    const pending = await chain.pay(payment.address, 1n);
    expect(await check(payment, pending)).toMatchObject({
      code: 'pending',
      message: expect.stringContaining('waits to be mined'),
    });
    const failed = await chain.payAndFail(0n);
    const elsewhere = await chain.pay(sibling.address, 3n);
    const zero = await chain.pay(payment.address, 0n);
    const fake = await chain.deployToken();
    const unlisted = await chain.payToken(payment.address, 9n, fake);
    await mine(2);
    expect(await check(payment, failed)).toMatchObject({
      code: 'failed',
      message: 'It was mined on testchain and failed: it moved no money, only its fee was paid.',
    });
    const found = await check(payment, elsewhere);
    expect(found).toMatchObject({ code: 'other_address', transfers: [] });
    expect(found.message).toContain(`That is the address of your payment ${sibling.id}.`);
    expect(await check(payment, zero)).toMatchObject({ code: 'zero_value' });
    expect(await check(payment, unlisted)).toMatchObject({
      code: 'unknown_token',
      transfers: [{ deposit: null }],
    });
    const nowhere = await check(payment, `0x${'ab'.repeat(32)}`);
    expect(nowhere).toMatchObject({ code: 'unknown', chain: null, block_number: null, transfers: [] });
    expect(nowhere.message).toMatch(/^No node of testchain, otherchain knows it/);
    expect(await app.eventsOf(payment.id)).toEqual(['payment.created', 'payment.partially_paid']);
  });

  it('records what was scanned and is missing, once, however often and at once it is asked', async () => {
    const payment = await app.createPayment(LONG);
    const txHash = await chain.pay(payment.address, 1000n);
    await mine(1);
    await app.waitForStatus(payment.id, 'detected');
    // As if the node had left it out when its block was scanned.
    await app.database.dataSource.query('DELETE FROM transfers WHERE payment_id = $1', [payment.id]);
    const answers = await Promise.all([1, 2, 3, 4].map(() => check(payment, txHash)));
    expect(answers.filter(({ applied }) => applied)).toHaveLength(1);
    expect(answers[0]).toMatchObject({ payment: { status: 'detected', amount_received: '1000' } });
    await mine(3);
    expect(await app.waitForStatus(payment.id, 'confirmed')).toMatchObject({ amount_received: '1000' });
    const events = await app.eventsOf(payment.id);
    expect(events.filter((type) => type === 'payment.confirmed')).toHaveLength(1);
  });
});

describe('one transaction', () => {
  /** Signed, so that it is the same transaction wherever it is mined. */
  async function signedBatch(to: string[], amounts: bigint[]): Promise<string> {
    const sender = HDNodeWallet.fromPhrase(ANVIL_PHRASE, undefined, "m/44'/60'/0'/0/1");
    await chain.payToken(sender.address, 10_000n);
    await chain.mine();
    const fees = { gasLimit: 300_000n, maxFeePerGas: 10n ** 11n, maxPriorityFeePerGas: 1n };
    const data = TestChain.batchData(to, amounts);
    return sender.signTransaction({ chainId: 31_337, type: 2, nonce: 0, to: chain.token, data, ...fees });
  }

  it('that pays two payments, and one of them twice, counts each at its own ordinal, also when it is mined again', async () => {
    const token = { ...LONG, token_id: tokenId };
    const [one, two] = [await app.createPayment(token), await app.createPayment(token)];
    const raw = await signedBatch([one.address, two.address, one.address], [600n, 1000n, 400n]);
    const txHash = await chain.rpc<string>('eth_sendRawTransaction', [raw]);
    await mine(1);
    const deposits = async (payment: PaymentView) =>
      (await app.request<{ data: DepositView[] }>('GET', `/api/v1/deposits?payment_id=${payment.id}`)).body
        .data;
    const rows = async () =>
      await app.database.dataSource.query<Record<string, unknown>[]>(
        `SELECT payment_id, ordinal, log_index, amount, tx_hash, state FROM transfers
         WHERE payment_id = ANY($1) ORDER BY ordinal`,
        [[one.id, two.id]],
      );
    const expected = [
      { payment_id: one.id, ordinal: 0, amount: '600', tx_hash: txHash, state: 'included' },
      { payment_id: two.id, ordinal: 1, amount: '1000', tx_hash: txHash, state: 'included' },
      { payment_id: one.id, ordinal: 2, amount: '400', tx_hash: txHash, state: 'included' },
    ];
    await app.waitForStatus(one.id, 'detected');
    expect(await rows()).toMatchObject(expected.map((row, index) => ({ ...row, log_index: index })));
    expect(await deposits(one)).toHaveLength(2);
    expect(await check(one, txHash)).toMatchObject({
      code: 'not_deep_enough',
      message: expect.stringMatching(/^2 transfers reached the payment's address\./),
      transfers: [{ amount: '600' }, { amount: '400' }],
    });
    // In the new branch another log of the block comes first, so that every log index is another one.
    const first = {
      from: chain.payer,
      to: chain.token,
      data: TestChain.batchData([chain.payer], [1n]),
      gas: '0x30d40',
      maxPriorityFeePerGas: '0x3b9aca00',
      maxFeePerGas: '0x174876e800',
    };
    await chain.reorg(1, [
      [first, 0],
      [raw, 0],
    ]);
    await mine(3);
    for (const payment of [one, two]) {
      expect(await app.waitForStatus(payment.id, 'confirmed')).toMatchObject({
        amount_received: '1000',
        exception: null,
      });
    }
    expect(await rows()).toMatchObject(expected.map((row, index) => ({ ...row, log_index: index + 1 })));
  });
});

describe('a tolerance', () => {
  it('is the merchant’s, taken over by payments when they are made, and no underpayment within it', async () => {
    const strict = await app.createPayment(LONG);
    const patched = await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, {
      underpayment_tolerance_bps: 100,
    });
    expect(patched).toMatchObject({
      status: 200,
      body: { id: app.merchantId, underpayment_tolerance_bps: 100 },
    });
    const tolerant = await app.createPayment(LONG);
    expect([strict, tolerant].map((payment) => payment.underpayment_tolerance_bps)).toEqual([0, 100]);
    for (const { address } of [strict, tolerant]) await chain.pay(address, 990n);
    await mine(4);
    expect(await app.waitForStatus(tolerant.id, 'confirmed')).toMatchObject({
      amount: '1000',
      amount_received: '990',
      exception: null,
    });
    expect(await app.payment(strict.id)).toMatchObject({ status: 'partially_paid', amount_received: '990' });
  });
});

describe('POST /payments/:id/check', () => {
  it.each(['', '0x12', `0x${'zz'.repeat(32)}`, 'ab'.repeat(32), null, 7])('refuses %p', async (txHash) => {
    const payment = await app.createPayment(LONG);
    const answer = await app.request('POST', `/api/v1/payments/${payment.id}/check`, { tx_hash: txHash });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'tx_hash' }] } });
  });
});

describe('a tolerance', () => {
  it.each([-1, 1001, 0.5, '100', null])('of %p is refused', async (bps) => {
    const answer = await app.request('PATCH', `/api/v1/merchants/${app.merchantId}`, {
      underpayment_tolerance_bps: bps,
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'underpayment_tolerance_bps' }] },
    });
  });
});

describe('in a world of its own,', () => {
  worldForEach();

  it('a deposit that cannot count, a year late is listed, counted nowhere and explained, until it is accepted: then it counts, once', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 60 });
    await chain.passTime(YEAR_S);
    await mine(2);
    await app.waitForStatus(payment.id, 'expired');
    const txHash = await chain.pay(payment.address, 1000n);
    await mine(5);
    const deposit = await theUnassigned(payment);
    expect(deposit).toMatchObject({
      reason: 'after_watch',
      reason_text: expect.stringMatching(
        /^It was mined at 20.+, after the payment's watch window had ended at 20/,
      ),
    });
    expect(await check(payment, txHash)).toMatchObject({ code: 'after_watch' });
    expect(await app.payment(payment.id)).toMatchObject({ status: 'expired', amount_received: '0' });

    const answers = await Promise.all([1, 2, 3].map(() => resolve(deposit.id, 'accept')));
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { state: 'accepted' } });
    const confirmed = await app.waitForStatus(payment.id, 'confirmed');
    expect(confirmed).toMatchObject({ amount_received: '1000', amount_confirmed: '1000', exception: 'late' });
    expect(confirmed.transfers).toHaveLength(1);
    expect(await app.eventsOf(payment.id)).toEqual([
      'payment.created',
      'payment.expired',
      'deposit.unassigned',
      'deposit.accepted',
      'payment.detected',
      'payment.confirmed',
    ]);
    expect(await unassigned()).toEqual([]);
    expect(await check(payment, txHash)).toMatchObject({ code: 'accepted' });
    expect(await resolve(deposit.id, 'ignore')).toMatchObject({ status: 409 });
  });

  it('a deposit that came a year after its payment was confirmed, and goes back, is not accepted as well, nor overpays it', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 60 });
    await chain.pay(payment.address, BigInt(payment.amount));
    await mine(4);
    await app.waitForStatus(payment.id, 'confirmed');
    await chain.passTime(YEAR_S);
    await mine(2);
    // Less would be worth less than its gas.
    const extra = 10n ** 18n;
    await chain.pay(payment.address, extra);
    await mine(5);
    const { id } = await theUnassigned(payment);
    const body = { to: '0x00000000219ab540356cbb839cbe05303d7705fa', amount: extra.toString() };
    const refund = await app.request<{ id: string }>('POST', `/api/v1/deposits/${id}/refunds`, body);
    expect(refund).toMatchObject({ status: 201 });
    expect(await resolve(id, 'accept')).toMatchObject({
      status: 409,
      body: { detail: expect.stringMatching(/goes back, all of it/) },
    });

    const most = (extra - 1n).toString();
    await app.request('POST', `/api/v1/refunds/${refund.body.id}/cancel`);
    await app.request('POST', `/api/v1/deposits/${id}/refunds`, { ...body, amount: most });
    expect(await resolve(id, 'accept')).toMatchObject({ status: 200 });
    await mine(2);
    await app.waitForBlock(await chain.height());
    // One base unit is left of it, and that is all by which it is overpaid.
    expect(await app.payment(payment.id)).toMatchObject({
      exception: 'overpaid',
      amount_refund_pending: most,
    });
    expect((await app.eventsOf(payment.id)).filter((type) => type === 'payment.overpaid')).toHaveLength(1);
  });

  it('a reorg takes accepted late money from its payment again', async () => {
    const payment = await app.createPayment({ expires_in_minutes: 60 });
    await chain.passTime(YEAR_S);
    await mine(2);
    await app.waitForStatus(payment.id, 'expired');
    await chain.pay(payment.address, 1000n);
    await mine(1);
    const { id } = await theUnassigned(payment);
    await resolve(id, 'accept');
    await app.waitForStatus(payment.id, 'detected');
    await chain.reorg(1);
    await mine(1);
    const after = await app.waitForStatus(payment.id, 'expired');
    expect(after).toMatchObject({ amount_received: '0', transfers: [] });
    const events = await app.eventsOf(payment.id);
    expect(events).toEqual(
      expect.arrayContaining(['deposit.accepted', 'deposit.reorged', 'payment.reorged']),
    );
    expect(events).not.toContain('payment.confirmed');
  });

  it('POST /payments/:id/check leaves to the scan what the scan has not come to', async () => {
    const payment = await app.createPayment(LONG);
    await app.close();
    app = await TestApp.start({
      chains: [chain.config, other.config],
      settings: { roles: ['api'] },
      before: app,
    });
    const own = await app.createPayment(LONG);
    const txHash = await chain.pay(own.address, 1000n);
    const stray = await chain.payToken(own.address, 5n);
    await chain.mine(2);
    expect(await check(own, txHash)).toMatchObject({
      code: 'not_scanned_yet',
      applied: false,
      confirmations: 0,
    });
    expect(await check(own, stray)).toMatchObject({ code: 'wrong_asset', transfers: [{ deposit: null }] });
    expect(await app.payment(own.id)).toMatchObject({ status: 'pending', amount_received: '0' });
    expect(payment.status).toBe('pending');
  });

  it('POST /payments/:id/check says that no node of the chain answers', async () => {
    const dead = {
      ...chain.config,
      name: 'deadchain',
      chainId: toChainId(6),
      rpcUrls: ['http://127.0.0.1:1'],
    };
    await app.close();
    app = await TestApp.start({ chains: [dead, other.config], before: app });
    const payment = await app.createPayment({ ...LONG, chain: 'deadchain' });
    expect(await check(payment, `0x${'ab'.repeat(32)}`)).toMatchObject({
      code: 'unreachable',
      message: 'No node of deadchain answered; ask again in a while.',
    });
  });
});
