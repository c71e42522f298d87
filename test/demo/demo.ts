/* A newcomer's first command: everything on the embedded default, three payments, three verified webhooks. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { callRpc } from '../../src/chain/dev-chain/anvil.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { rational, toDecimal } from '../../src/rates/rational.js';
import { QuittanceProcess } from '../harness/quittance-process.js';
import { type Received, Receiver } from '../harness/receiver.js';
import { tempFolder } from '../harness/temp-folder.js';
import { waitFor } from '../harness/wait-for.js';
import { Interface } from 'ethers';
import { Timeline } from './timeline.js';

const SECRET = `whsec_${Buffer.from('a secret for this demo only, 42!').toString('base64')}`;
const STEP_TIMEOUT_MS = 30_000;
const erc20 = new Interface(['function transfer(address,uint256)']);

interface Chains {
  data: { name: string; tokens: { id: string; symbol: string; address: string }[] }[];
}

if (process.argv.includes('--browser')) {
  // By a variable: the tests in a browser are a TypeScript project of their own, with the browser's types.
  const story = '../browser/demo.js';
  const { payInBrowser } = (await import(story)) as { payInBrowser: () => Promise<number> };
  process.exit(await payInBrowser());
}

const timeline = new Timeline();
const folder = tempFolder();
const receiver = await Receiver.start();
let quittance: QuittanceProcess | null = null;
let failure: Error | null = null;

try {
  timeline.title('Quittance: three payments from request to signed webhook');
  quittance = await QuittanceProcess.start(folder.path, {
    WEBHOOK_URL: receiver.url,
    WEBHOOK_SECRET: SECRET,
    LOG_LEVEL: 'warn',
  });
  timeline.note('started', 'Postgres, queue, dev chain and API, with no settings but a webhook');
  const { data: chains } = await quittance.request<Chains>('GET', '/chains');
  const chain = chains[0] as Chains['data'][number];
  const token = chain.tokens[0] as Chains['data'][number]['tokens'][number];
  await Promise.all([
    follow(
      quittance,
      'ETH',
      { chain: chain.name, amount: '250000000000000000' },
      '0.25 ETH',
      (to, amount) => ({
        to,
        value: `0x${amount.toString(16)}`,
      }),
    ),
    follow(
      quittance,
      token.symbol,
      { chain: chain.name, amount: '19990000', token_id: token.id },
      `19.99 ${token.symbol}`,
      (to, amount) => ({
        to: token.address,
        data: erc20.encodeFunctionData('transfer', [to, amount]),
      }),
    ),
    followPriced(quittance, token.address),
  ]);
  timeline.done('three payments confirmed, three webhooks verified');
} catch (error) {
  failure = error as Error;
  timeline.fail(failure.message);
  if (quittance) process.stderr.write(quittance.output.slice(-4_000));
} finally {
  await quittance?.end();
  await receiver.stop();
  folder.remove();
}
process.exit(failure ? 1 : 0);

/** Creates a payment, pays it, and tells each step until its webhook is verified. */
async function follow(
  server: QuittanceProcess,
  name: string,
  request: Record<string, string>,
  amount: string,
  transactionTo: (address: string, amount: bigint) => Record<string, string>,
): Promise<void> {
  const payment = await server.request<PaymentView>('POST', '/payments', {
    ...request,
    reference: `demo ${name}`,
  });
  timeline.step(name, 'created', `${amount} to ${payment.address}`);
  const [payer] = await callRpc<[string]>(server.devChainUrl, 'eth_accounts');
  const transaction = { from: payer, ...transactionTo(payment.address, BigInt(payment.amount)) };
  const hash = await callRpc<string>(server.devChainUrl, 'eth_sendTransaction', [transaction]);
  timeline.step(name, 'paid', `transaction ${hash.slice(0, 18)}…`);
  await untilVerified(server, name, payment.id);
}

/** A price in euros, paid half in ether and half in a token, at one address. */
async function followPriced(server: QuittanceProcess, token: string): Promise<void> {
  const name = 'EUR';
  const price = { amount: '49.90', currency: 'EUR' };
  const payment = await server.request<PaymentView>('POST', '/payments', { price, reference: 'demo EUR' });
  const offered = payment.options.map(
    ({ symbol, amount, decimals }) => `${decimal(amount, decimals)} ${symbol}`,
  );
  timeline.step(name, 'created', `49.90 EUR to ${payment.address}: ${offered.join(' or ')}, or both`);
  const [payer] = await callRpc<[string]>(server.devChainUrl, 'eth_accounts');
  for (const { symbol, amount, decimals, token_id: tokenId } of payment.options) {
    const half = (BigInt(amount) + 1n) / 2n;
    const transaction =
      tokenId === null
        ? { to: payment.address, value: `0x${half.toString(16)}` }
        : { to: token, data: erc20.encodeFunctionData('transfer', [payment.address, half]) };
    await callRpc<string>(server.devChainUrl, 'eth_sendTransaction', [{ from: payer, ...transaction }]);
    timeline.step(name, 'paid', `half of it: ${decimal(half.toString(), decimals)} ${symbol}`);
  }
  await untilVerified(server, name, payment.id);
}

async function untilVerified(server: QuittanceProcess, name: string, id: string): Promise<void> {
  await watchConfirmations(server, name, id);
  const webhook = await receiver.waitForEvent(id, 'payment.confirmed', STEP_TIMEOUT_MS);
  timeline.step(name, 'webhook', `${webhook.json.type}, ${webhook.raw.length} bytes`);
  verify(webhook);
  timeline.step(name, 'verified', 'by the standardwebhooks library and by plain HMAC-SHA256');
}

function decimal(units: string, decimals: number): string {
  return toDecimal(rational(BigInt(units), 10n ** BigInt(decimals)));
}

async function watchConfirmations(server: QuittanceProcess, name: string, id: string): Promise<void> {
  let seen = '';
  await waitFor(
    `${name} payment confirmed`,
    async () => {
      const payment = await server.request<PaymentView>('GET', `/payments/${id}`);
      const { status, confirmations, required_confirmations: required } = payment;
      const now = `${status} ${confirmations}`;
      if (now !== seen && status === 'detected')
        timeline.step(name, status, `${confirmations} of ${required} confirmations`);
      seen = now;
      if (status === 'confirmed')
        timeline.step(name, status, `${confirmations} of ${required} confirmations`);
      return status === 'confirmed';
    },
    STEP_TIMEOUT_MS,
  );
}

/** As a merchant would: with the official library, and again with nothing but HMAC. Throws when either refuses. */
function verify({ raw, headers }: Received): void {
  new Webhook(SECRET).verify(raw, headers as Record<string, string>);
  const expected = createHmac('sha256', SECRET).update(raw).digest();
  const given = Buffer.from(String(headers['x-webhook-signature']), 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new Error('the hex signature does not match the bytes received');
  }
}
