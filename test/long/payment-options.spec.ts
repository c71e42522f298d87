import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toChainId } from '../../src/ids/ids.js';
import { tokenId } from '../../src/ids/token-id.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const depth = (blocks: number) => ({ kind: 'blocks' as const, tiers: [{ upTo: null, blocks }] });

let alpha: TestChain;
let beta: TestChain;
let gamma: TestChain;
let toGamma: FaultyRpc;
let app: TestApp;

/** 50 of a token on alpha, one ether on beta, or 3 of another token on gamma: the deepest of them asks for most blocks. */
beforeAll(async () => {
  [alpha, beta, gamma] = await Promise.all([
    TestChain.start({ name: 'alpha', chainId: toChainId(31_401), confirmations: depth(2) }),
    TestChain.start({ name: 'beta', chainId: toChainId(31_402), confirmations: depth(4), blockTimeMs: 200 }),
    TestChain.start({ name: 'gamma', chainId: toChainId(31_403), confirmations: depth(6), blockTimeMs: 100 }),
  ]);
  toGamma = await FaultyRpc.start(gamma.url);
  const chains = [alpha.config, beta.config, { ...gamma.config, rpcUrls: [toGamma.url] }];
  app = await TestApp.start({ chains });
});
afterAll(async () => {
  await app?.stop();
  await toGamma?.die();
  await Promise.all([alpha, beta, gamma].map((chain) => chain?.stop()));
});

async function priced(): Promise<PaymentView> {
  const token = (chain: TestChain) => tokenId(chain.config.chainId, chain.token);
  const payment = await app.createPayment({
    chain: 'alpha',
    token_id: token(alpha),
    amount: '50000000',
    expires_in_minutes: 10,
  });
  await app.database.dataSource.query(
    `INSERT INTO payment_options (payment_id, position, chain_id, chain, token_id, amount, required_confirmations,
       expires_at, recheck_at_time)
     SELECT payment_id, new.position, new.chain_id, new.chain, new.token_id, new.amount, new.required, expires_at, expires_at
     FROM payment_options, jsonb_to_recordset($2::jsonb) AS new (position smallint, chain_id bigint, chain varchar,
       token_id uuid, amount numeric, required integer) WHERE payment_id = $1`,
    [
      payment.id,
      JSON.stringify([
        { position: 1, chain_id: 31_402, chain: 'beta', amount: String(ETHER), required: 4 },
        { position: 2, chain_id: 31_403, chain: 'gamma', token_id: token(gamma), amount: '300', required: 6 },
      ]),
    ],
  );
  return payment;
}

const received = async (id: string) => {
  const { options } = await app.payment(id);
  return options.map(({ amount_received: amount }) => amount);
};

describe('a payment that may be paid on three chains', () => {
  it('adds up its parts, loses one with a reorg, and is confirmed once when the slowest is deep', async () => {
    const { id, address } = await priced();
    await alpha.payToken(address, 20_000_000n);
    await alpha.mine(3);
    await app.waitForStatus(id, 'partially_paid');
    await beta.pay(address, (3n * ETHER) / 10n);
    await beta.mine(1);
    await gamma.payToken(address, 90n);
    await gamma.mine(1);
    const seen = await app.waitForStatus(id, 'detected');
    expect(seen.options.map(({ amount_due: due }) => due)).toEqual(['0', '0', '0']);
    expect(seen.exception).toBeNull();

    await beta.reorg(1, []);
    await app.waitForStatus(id, 'partially_paid');
    expect(await received(id)).toEqual(['20000000', '0', '90']);
    const due = (await app.payment(id)).options.map(({ amount_due: missing }) => missing);
    expect(due).toEqual(['15000000', '300000000000000000', '90']);
    await beta.pay(address, (3n * ETHER) / 10n);
    await beta.mine(4);
    const again = await app.waitForStatus(id, 'detected');
    expect(again).toMatchObject({ chain: 'alpha', amount: '50000000' });
    await gamma.mine(4);
    await waitFor('five of six confirmations', async () => {
      const { options } = await app.payment(id);
      return options[2]?.confirmations === 5;
    });
    expect((await app.payment(id)).status).toBe('detected');
    await gamma.mine(1);
    await app.waitForStatus(id, 'confirmed');
    const types = await app.eventsOf(id);
    expect(types.filter((type) => type === 'payment.confirmed')).toHaveLength(1);
    expect(types).toContain('payment.reorged');
  });

  it('does not expire while one of its chains is down, and then does what that chain shows', async () => {
    const [paid, unpaid] = [await priced(), await priced()];
    await toGamma.die();
    await gamma.payToken(paid.address, 300n);
    await gamma.mine(1);
    await Promise.all([alpha, beta].map((chain) => chain.passTime(900)));
    await Promise.all([alpha.mine(3), beta.mine(5)]);
    await waitFor('the end seen on the two', async () => {
      const rows = await app.database.dataSource.query<{ waits: string }[]>(
        `SELECT count(*) AS waits FROM payment_options
         WHERE payment_id = ANY($1) AND chain_id <> 31403 AND recheck_at_time IS NOT NULL`,
        [[paid.id, unpaid.id]],
      );
      return rows[0]?.waits === '0';
    });
    for (const { id } of [paid, unpaid]) expect((await app.payment(id)).status).toBe('pending');
    await toGamma.revive();
    await gamma.passTime(900);
    await gamma.mine(7);
    expect(await app.waitForStatus(paid.id, 'confirmed', 60_000)).toMatchObject({
      exception: null,
      chain: 'gamma',
      amount_received: '300',
    });
    await app.waitForStatus(unpaid.id, 'expired', 60_000);
    expect(await app.eventsOf(unpaid.id)).toEqual(['payment.created', 'payment.expired']);
  });

  it('is refunded in the asset that is named, where several came', async () => {
    const { id, address } = await priced();
    await alpha.payToken(address, 25_000_000n);
    await beta.pay(address, ETHER / 2n);
    await Promise.all([alpha.mine(3), beta.mine(5)]);
    await app.waitForStatus(id, 'confirmed');
    const to = '0x00000000219ab540356cbb839cbe05303d7705fa';
    const path = `/api/v1/payments/${id}/refunds`;
    const unnamed = await app.request('POST', path, { to, amount: '1000' });
    expect(unnamed).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/TUSD on alpha.*ETH on beta/) },
    });
    const tooMuch = await app.request('POST', path, {
      to,
      amount: String(ETHER),
      chain: 'beta',
      token_id: null,
    });
    expect(tooMuch.status).toBe(409);
    const named = await app.request('POST', path, { to, amount: '1000', chain: 'beta', token_id: null });
    expect(named).toMatchObject({ status: 201, body: { chain: 'beta', token_address: null } });
    const { options, status } = await app.payment(id);
    expect(options.map(({ amount_refund_pending: pending }) => pending)).toEqual(['0', '1000', '0']);
    expect(status).toBe('confirmed');
  });
});
