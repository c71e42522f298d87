import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { HDNodeWallet, Transaction, Wallet } from 'ethers';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { TEST_MNEMONIC, TestApp } from '../harness/app.js';
import { type Fault, FaultyRpc } from '../harness/faulty-rpc.js';
import { failure } from '../harness/faulty-rpc-faults.js';
import { PAYOUT } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const ETHER = 10n ** 18n;
const TEN_ETHER = '0x8ac7230489e80000';

/** The first of two endpoints shows blocks of another chain where nothing that we remember links to them. */
let chain: TestChain;
let twin: TestChain;
let liar: FaultyRpc;
let honest: FaultyRpc;
let app: TestApp;

beforeEach(async () => {
  chain = await TestChain.start();
  twin = await chain.twin();
  liar = await FaultyRpc.start(chain.url);
  honest = await FaultyRpc.start(chain.url);
});
afterEach(async () => {
  await app.stop();
  await Promise.all([liar.die(), honest.die(), chain.stop(), twin.stop()]);
});

interface Forged {
  number: number;
  block: string;
  transaction: string;
}

/** Whatever is asked about a made-up block or its transaction, the twin answers. */
function asOnTwin(forged: () => Forged | null, seen: (raw: string) => Promise<void> = async () => {}): Fault {
  return {
    kind: 'answer',
    answer: async (call, ask) => {
      const [first] = call.params as [unknown];
      if (call.method === 'eth_sendRawTransaction') await seen(first as string);
      const made = forged();
      const known = made && [made.block, made.transaction, `0x${made.number.toString(16)}`];
      if (known?.includes(first as string) !== true) return ask(call);
      return { result: await twin.rpc(call.method, call.params) };
    },
  };
}

async function blockOfTwin(transaction: string): Promise<Forged> {
  const number = await twin.height();
  const { hash } = await twin.rpc<{ hash: string }>('eth_getBlockByNumber', [
    `0x${number.toString(16)}`,
    false,
  ]);
  return { number, block: hash, transaction };
}

it('counts nothing of a made-up old block that a customer asks to be looked at', async () => {
  app = await TestApp.start({ chains: [{ ...chain.config, rpcUrls: [liar.url, honest.url] }] });
  const payment = await app.createPayment({ amount: ETHER.toString() });
  const transaction = await twin.pay(payment.address, ETHER);
  await twin.mine(1);
  const forged = await blockOfTwin(transaction);
  await chain.mine(300);
  await app.waitForBlock(await chain.height());
  liar.inject(
    '*',
    asOnTwin(() => forged),
  );

  const check = () =>
    app.request<{ applied: boolean }>('POST', `/api/v1/payments/${payment.id}/check`, {
      tx_hash: transaction,
    });
  expect(await check()).toMatchObject({
    status: 200,
    body: { applied: false, payment: { status: 'pending' } },
  });
  // Where nobody says otherwise, one alone is not enough either.
  honest.inject('*', failure(-32_603, 'internal error'));
  expect((await check()).body.applied).toBe(false);
  expect(await app.payment(payment.id)).toMatchObject({ status: 'pending', amount_received: '0' });
  expect(app.log.some((line) => line.includes('older than what is remembered'))).toBe(true);
});

it('takes a refund for mined by the chain that was scanned, not by a made-up old block in which it fails', async () => {
  await chain.mine(10);
  app = await TestApp.start({
    chains: [{ ...chain.config, rpcUrls: [liar.url, honest.url] }],
    settings: {
      mnemonic: null,
      xpub: HDNodeWallet.fromPhrase(TEST_MNEMONIC, '', "m/44'/60'/0'").neuter().extendedKey,
      payoutPrivateKey: PAYOUT.privateKey,
    },
  });
  await chain.rpc('anvil_setBalance', [PAYOUT.address, TEN_ETHER]);
  await twin.rpc('anvil_setBalance', [PAYOUT.address, TEN_ETHER]);
  const payment = await app.createPayment({ amount: ETHER.toString() });
  await chain.pay(payment.address, ETHER);
  await chain.mine(4);
  await app.waitForStatus(payment.id, 'confirmed');

  const to = Wallet.createRandom().address;
  await twin.rpc('anvil_setCode', [to, '0xfe']);
  let forged: Forged | null = null;
  const failOnTwin = async (raw: string): Promise<void> => {
    const { to: recipient, hash } = Transaction.from(raw);
    if (forged !== null || recipient?.toLowerCase() !== to.toLowerCase()) return;
    await twin.rpc('eth_sendRawTransaction', [raw]);
    await twin.mine(1);
    forged = await blockOfTwin(hash as string);
  };
  liar.inject(
    '*',
    asOnTwin(() => forged, failOnTwin),
  );
  const { body: refund } = await app.request<RefundView>('POST', `/api/v1/payments/${payment.id}/refunds`, {
    to,
    amount: (ETHER / 2n).toString(),
  });
  const current = async () => (await app.request<RefundView>('GET', `/api/v1/refunds/${refund.id}`)).body;
  await waitFor('the refund to be signed and forged', () => {
    app.wake();
    return forged !== null;
  });
  await waitFor('the refund to end', async () => {
    await chain.mine(1);
    app.wake();
    return ['confirmed', 'failed'].includes((await current()).status);
  });

  expect(await current()).toMatchObject({ status: 'confirmed' });
  expect(BigInt(await chain.rpc<string>('eth_getBalance', [to, 'latest']))).toBe(ETHER / 2n);
});
