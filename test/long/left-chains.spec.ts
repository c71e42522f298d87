import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { NO_RATES } from '../../src/config/rates.js';
import { toChainId } from '../../src/ids/ids.js';
import { LeftChains } from '../../src/payments/left-chains.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { TestChain } from '../harness/test-chain.js';

const HOUR_S = 3_600;
const PUBLIC_URL = 'https://pay.example';

describe('a chain that is left with `enabled: false` while payments may be paid on it and elsewhere', () => {
  let alpha: TestChain;
  let beta: TestChain;
  let app: TestApp;
  const configs = () => [alpha.config, beta.config];
  const restart = async (chains = configs(), left: typeof chains = []) => {
    await app.close();
    app = await start(chains, left, app);
  };

  beforeAll(async () => {
    [alpha, beta] = await Promise.all([
      TestChain.start({ name: 'alpha', chainId: toChainId(31_501) }),
      TestChain.start({ name: 'beta', chainId: toChainId(31_502) }),
    ]);
    app = await start(configs());
  });
  afterAll(async () => {
    await app?.stop();
    await Promise.all([alpha?.stop(), beta?.stop()]);
  });

  it('holds none of them up: they expire by their other chains; served again, what was paid in time counts', async () => {
    const [unpaid, inPart, paid] = [await aPayment(), await aPayment(), await aPayment()];
    const [onAlpha, , onBeta] = inPart.options;
    await alpha.pay(inPart.address, BigInt(onAlpha?.amount ?? 0) / 2n);
    await alpha.mine();
    await app.waitForStatus(inPart.id, 'partially_paid');

    // While it is served and does not come so far, they wait for it: alpha has long passed their end.
    await alpha.passTime(2 * HOUR_S);
    await alpha.mine(6);
    await app.waitForBlock(await alpha.height(), 31_501);
    expect((await app.payment(unpaid.id)).status).toBe('pending');

    await restart([alpha.config], [beta.config]);
    await app.waitForStatus(unpaid.id, 'expired');
    expect(await app.waitForStatus(inPart.id, 'expired')).toMatchObject({ exception: 'underpaid' });
    await app.waitForStatus(paid.id, 'expired');

    // It was paid all the same, on the chain that nobody watched.
    await beta.pay(paid.address, BigInt(onBeta?.amount ?? 0));
    await beta.mine(4);
    await restart();
    expect(await app.waitForStatus(paid.id, 'confirmed')).toMatchObject({ exception: null });
    expect(await app.eventsOf(paid.id)).toEqual([
      'payment.created',
      'payment.expired',
      'payment.detected',
      'payment.confirmed',
    ]);
  });

  it('is not offered on their pages any more, but where money came on it', async () => {
    const [open, begun] = [await aPayment(600), await aPayment(600)];
    await beta.pay(begun.address, 1_000n);
    await beta.mine();
    await app.waitForStatus(begun.id, 'partially_paid');
    expect(await networksOf(open)).toEqual(['alpha', 'beta']);
    await restart([alpha.config], [beta.config]);
    expect(await networksOf(open)).toEqual(['alpha']);
    expect(await networksOf(begun)).toEqual(['alpha', 'beta']);
    // Nobody here could send it back.
    const to = '0x00000000219ab540356cbb839cbe05303d7705fa';
    const refund = await app.request('POST', `/api/v1/payments/${begun.id}/refunds`, { to, amount: '1000' });
    expect(refund).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/"beta" is not served here/) },
    });
    await restart();
    expect(await networksOf(open)).toEqual(['alpha', 'beta']);
  });

  it('says of what it asks for there that it is not served, and ends what can be paid nowhere else', async () => {
    const accept = [{ chain: 'beta' }];
    const [unpaid, later] = [await aPayment(5, accept), await aPayment(600, accept)];
    expect(unpaid.options.map(({ chain, served }) => ({ chain, served }))).toEqual([
      { chain: 'beta', served: true },
    ]);
    const both = await aPayment(600);
    await restart([alpha.config], [beta.config]);
    const served = (await app.payment(both.id)).options.map((option) => `${option.chain} ${option.served}`);
    expect([...new Set(served)]).toEqual(['alpha true', 'beta false']);

    const past = new Date(Date.now() - 1_000);
    const dataSource = app.get(DataSource);
    for (const table of ['payments', 'payment_options']) {
      const id = table === 'payments' ? 'id' : 'payment_id';
      await dataSource.query(`UPDATE ${table} SET expires_at = $2 WHERE ${id} = ANY($1)`, [
        [unpaid.id],
        past,
      ]);
    }
    await dataSource.query(
      'UPDATE payment_options SET recheck_at_time = expires_at WHERE payment_id = ANY($1)',
      [[unpaid.id]],
    );
    await app.get(LeftChains).endUnwatched();
    await app.waitForStatus(unpaid.id, 'expired');
    expect((await app.payment(later.id)).status).toBe('pending');
    expect(await app.eventsOf(unpaid.id)).toEqual(['payment.created', 'payment.expired']);
    await restart();
  });

  function start(chains: (typeof alpha.config)[], left: typeof chains = [], before?: TestApp) {
    const euro = { base: 'ETH', quote: 'EUR', sources: [{ kind: 'fixed' as const, value: '3000' }] };
    const dollar = { base: 'TUSD', quote: 'EUR', sources: [{ kind: 'fixed' as const, value: '0.92' }] };
    return TestApp.start({
      chains,
      left,
      rates: { ...NO_RATES, pairs: [euro, dollar] },
      settings: { roles: ['api', 'scanner'], publicUrl: PUBLIC_URL },
      ...(before ? { before } : {}),
    });
  }

  async function aPayment(minutes = 60, accept?: { chain: string }[]): Promise<PaymentView> {
    const price = { amount: '49.90', currency: 'EUR' };
    const body = { price, expires_in_minutes: minutes, ...(accept ? { accept } : {}) };
    return (await app.request<PaymentView>('POST', '/api/v1/payments', body)).body;
  }

  /** On which chains its page offers to be paid. */
  async function networksOf({ pay_url: url }: PaymentView): Promise<string[]> {
    const markup = await (await fetch(`${app.url}${new URL(url ?? '').pathname}`)).text();
    return ['alpha', 'beta'].filter((name) => markup.includes(name));
  }
});
