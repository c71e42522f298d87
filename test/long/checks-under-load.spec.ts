import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { toChainId } from '../../src/ids/ids.js';
import { type CheckBody } from '../../src/payment-check/check.body.js';
import { TransactionSearch } from '../../src/payment-check/transaction-search.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { TestApp } from '../harness/app.js';
import { FaultyRpc } from '../harness/faulty-rpc.js';
import { hung } from '../harness/faulty-rpc-faults.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const MERCHANTS = 6;
const ASK_EACH = 10;
/** A merchant may ask this often in a minute. */
const GREEDY = 100;
const SLOW_MS = 100;
/** Those who wait longer for their turn are told to ask again. */
const GATE_AT_MOST_MS = 10_000;
const LOOKED_UP = 'eth_getTransactionByHash';
const LONG = { expires_in_minutes: 40_000 };

let chain: TestChain;
let other: TestChain;
let node: FaultyRpc;
let app: TestApp;
let underWay = 0;
/** Until then the node answers nobody. */
let openGate: () => void;
const gate = new Promise<void>((resolve) => (openGate = resolve));
let mostUnderWay = 0;

beforeAll(async () => {
  [chain, other] = await Promise.all([
    TestChain.start(),
    TestChain.start({ name: 'hungchain', chainId: toChainId(31_338) }),
  ]);
  node = await FaultyRpc.start(chain.url);
  const silent = await FaultyRpc.start(other.url);
  app = await TestApp.start({
    chains: [
      { ...chain.config, rpcUrls: [node.url] },
      { ...other.config, rpcUrls: [silent.url] },
    ],
  });
  await app.waitForBlock(await other.height(), 31_338);
  node.hasHabit([LOOKED_UP], {
    kind: 'answer',
    answer: async (call, ask) => {
      underWay += 1;
      mostUnderWay = Math.max(mostUnderWay, underWay);
      await Promise.race([gate, delay(GATE_AT_MOST_MS)]);
      await delay(SLOW_MS);
      underWay -= 1;
      return ask(call);
    },
  });
  silent.inject(LOOKED_UP, hung());
});
afterAll(async () => {
  await app?.stop();
  await node?.die();
  await Promise.all([chain?.stop(), other?.stop()]);
});

interface Merchant {
  id: string;
  authorization: string;
}

async function newMerchant(name: string): Promise<Merchant> {
  const { body: merchant } = await app.request<{ id: string }>('POST', '/api/v1/merchants', { name });
  const key = { merchant_id: merchant.id, name, scopes: ['payments:read', 'payments:write'] };
  const { body } = await app.request<{ key: string }>('POST', '/api/v1/api-keys', key);
  return { id: merchant.id, authorization: `Bearer ${body.key}` };
}

const newPayment = async (merchant: Merchant) =>
  (
    await app.request<PaymentView>(
      'POST',
      '/api/v1/payments',
      { chain: 'testchain', amount: '1000', ...LONG },
      { authorization: merchant.authorization },
    )
  ).body;

const detected = (merchant: Merchant, { id }: PaymentView) =>
  waitFor('the payment detected', async () => {
    const { body } = await app.request<PaymentView>('GET', `/api/v1/payments/${id}`, undefined, {
      ...merchant,
    });
    return body.status === 'detected';
  });

const hashOf = (number: number) => `0x${number.toString(16).padStart(64, 'c')}`;

const check = (merchant: Merchant, payment: PaymentView, txHash: string) =>
  app.request<CheckBody>(
    'POST',
    `/api/v1/payments/${payment.id}/check`,
    { tx_hash: txHash },
    { authorization: merchant.authorization },
  );

const detailOf = (body: object) => (body as { detail?: string }).detail ?? '';

describe('POST /payments/:id/check, asked by many at once, with a slow node and one that never answers', () => {
  it('asks the nodes for a few at a time, gives each merchant its turn, and answers in time; the scan goes on', async () => {
    const merchants = await Promise.all(
      Array.from({ length: MERCHANTS }, (_one, index) => newMerchant(`shop ${index}`)),
    );
    const [greedy, modest] = [await newMerchant('greedy'), await newMerchant('modest')];
    const payments = await Promise.all([...merchants, greedy, modest].map(newPayment));
    const [greedys, modests] = payments.slice(-2) as [PaymentView, PaymentView];
    const paid = await chain.pay(modests.address, 1000n);
    await chain.mine(1);
    await detected(modest, modests);

    const many = [
      ...Array.from({ length: GREEDY }, (_one, index) => check(greedy, greedys, hashOf(index))),
      ...merchants.flatMap((merchant, place) =>
        Array.from({ length: ASK_EACH }, (_one, index) =>
          check(merchant, payments[place] as PaymentView, hashOf(1_000 * (place + 1) + index)),
        ),
      ),
    ];
    const lines = () => app.get(TransactionSearch)['turns'].get('testchain')?.['lines'];
    const inLine = () => [...(lines()?.values() ?? [])].reduce((sum, line) => sum + line.length, 0);
    await waitFor('long lines', () => Promise.resolve(inLine() >= 60));
    // Of a merchant who asks once: found on the chain that its payment offers, and not behind all who were in line before.
    const answer = check(modest, modests, paid);
    await waitFor('its place in line', () => Promise.resolve(lines()?.has(modest.id)));
    const before = node.count(LOOKED_UP);
    openGate();
    const asked = await answer;
    expect(asked).toMatchObject({ status: 200, body: { code: 'not_deep_enough', chain: 'testchain' } });
    expect(node.count(LOOKED_UP) - before).toBeLessThan(30);

    const fresh = await newPayment(modest);
    await chain.pay(fresh.address, 1000n);
    await chain.mine(1);
    await detected(modest, fresh);

    const answers = await Promise.all(many);
    const refused = answers.filter(({ status }) => status === 429);
    // At once; of the others some may have waited for a turn that did not come in time.
    const beyond = refused.filter(({ body }) => detailOf(body).startsWith('this merchant'));
    expect(beyond).toHaveLength(GREEDY - 60);
    for (const { body, headers } of refused) {
      expect(body).toMatchObject({ code: 'too_many_checks' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    const told = answers.filter(({ status }) => status !== 429);
    expect(told.filter(({ status }) => status !== 200)).toEqual([]);
    for (const { body } of told) {
      expect(body).toMatchObject({ code: 'unknown' });
      expect(body.message).toMatch(/^No node of testchain knows it.* hungchain could not be asked\.$/);
    }
    expect(mostUnderWay).toBeLessThanOrEqual(4);
  });
});
