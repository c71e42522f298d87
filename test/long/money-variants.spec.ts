import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { toQuantity, Wallet } from 'ethers';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { type RefundView } from '../../src/refunds/refund.view.js';
import { type CreatedEndpointBody } from '../../src/webhooks/rest/endpoint.body.js';
import { type Answer, FaultyRpc } from '../harness/faulty-rpc.js';
import { type RawAnswer, RawReceiver } from '../harness/raw-receiver.js';
import { PAYOUT, SweepWorld, TANK, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';
import { refundsOf } from '../harness/world-refunds.js';

const ETHER = 10n ** 18n;
const GWEI = 10n ** 9n;
const HOOK_TIMEOUT_MS = 1_000;

let world: SweepWorld;
let nodes: FaultyRpc[] = [];
const receivers: RawReceiver[] = [];

beforeAll(async () => {
  const chain = await TestChain.start();
  nodes = [await FaultyRpc.start(chain.url), await FaultyRpc.start(chain.url)];
  world = await SweepWorld.on(
    chain,
    { payoutPrivateKey: PAYOUT.privateKey, webhookTimeoutMs: HOOK_TIMEOUT_MS, sweepMaxFeeBps: 500 },
    { rpcUrls: nodes.map(({ url }) => url) },
    { minimum: 0n, nativeValue: ETHER / 100n },
  );
});
afterEach(() => nodes.forEach((node) => node.heal()));
afterAll(async () => {
  await world?.stop();
  await Promise.all([...nodes, ...receivers].map((one) => ('die' in one ? one.die() : one.stop())));
});

const api = <T = { detail?: string }>(method: string, path: string, body?: unknown) =>
  world.app.request<T>(method, `/api/v1${path}`, body);
const refund = ({ id }: PaymentView, to: string, amount: bigint) =>
  api<RefundView>('POST', `/payments/${id}/refunds`, { to, amount: amount.toString() });
const refundIn = (payment: PaymentView, state: string) =>
  world.mineUntil(`the refund ${state}`, async () =>
    (await refundsOf(world, payment)).find((one) => one.state === state),
  );
/** The first node says this, whatever it is asked by these methods. */
const firstSays = (methods: string[], said: (answer: Answer) => unknown) =>
  nodes[0]?.inject(methods, {
    kind: 'answer',
    answer: async (call, ask) => {
      const answer = await ask(call);
      return { result: said(answer) };
    },
  });
const resultOf = (answer: Answer) =>
  ('result' in answer ? answer.result : null) as Record<string, unknown> | null;

describe('an answer of another shape, from the first of two nodes', () => {
  it.each([
    [
      ['eth_getBlockByNumber'],
      'transactions of null',
      (a: Answer) => ({ ...resultOf(a), transactions: [null] }),
    ],
    [['eth_getBlockByNumber'], 'a number that is none', (a: Answer) => ({ ...resultOf(a), timestamp: {} })],
    [['eth_getBlockReceipts'], 'receipts of null', () => [null]],
    [['eth_getBlockReceipts'], 'words', () => 'no such block'],
  ])('%s: %s, keeps no payment waiting', async (methods, _what, said) => {
    firstSays(methods, said);
    await world.paid(ETHER);
  });

  it.each([
    [['eth_getBalance', 'eth_getTransactionCount'], () => null],
    [['eth_getBalance', 'eth_call'], () => `0x${'f'.repeat(80)}`],
    [['eth_estimateGas', 'eth_maxPriorityFeePerGas', 'eth_feeHistory'], () => []],
    [['eth_getTransactionReceipt'], () => ({ status: 'yes' })],
    [['eth_sendRawTransaction', 'eth_getProof'], () => ({})],
  ])('%s, keeps no sweep and no refund waiting', async (methods, said) => {
    const [swept, refunded] = [await world.paid(ETHER), await world.paidToken(5_000_000n)];
    firstSays(methods, said);
    const to = Wallet.createRandom().address;
    await refund(refunded, to, 1_000_000n);
    await refundIn(refunded, 'confirmed');
    await world.plan();
    await world.settled(swept.id);
    expect(await world.token(to)).toBe(1_000_000n);
  });
});

describe('what was planned while gas was cheap', () => {
  it('is not signed when the base fee has risen since, and is when it has fallen', async () => {
    const [native, token] = [await world.paid(ETHER / 100n), await world.paidToken(1_000_000n)];
    await world.restart({ roles: ['api', 'scanner', 'worker'] });
    await world.app.waitForBlock(await world.chain.height());
    await api('POST', '/sweeps/run', {});
    await world.chain.setBaseFee(2_000n * GWEI);
    await world.chain.mine();
    await world.restart();
    for (const { id } of [native, token]) {
      expect(await world.sweepIn(id, 'waiting')).toMatchObject({ reason_code: 'fee_share' });
    }
    await world.chain.setBaseFee(GWEI);
    await world.chain.mine();
    await world.plan();
    await world.settled(native.id);
    await world.settled(token.id);
  });
});

describe('money of a customer that comes in the block that mines a token’s sweep', () => {
  it('is not sent to the gas tank as what was left of the gas', async () => {
    const payment = await world.paidToken(5_000_000n);
    await world.plan();
    const own = `from_address = '${payment.address.toLowerCase()}'`;
    await world.mineUntil(
      'the sweep',
      async () => (await world.outgoing(`purpose = 'sweep' AND ${own} AND state = 'sent'`)).length > 0,
    );
    await world.chain.pay(payment.address, ETHER);
    await world.chain.mine();
    await world.settled(payment.id);
    await world.chain.mine(4);
    await world.plan();
    for (const { amount } of await world.outgoing(`purpose = 'gas_return' AND ${own}`)) {
      expect(BigInt(amount)).toBeLessThan(ETHER / 10n);
    }
    const { body } = await api<{ data: { amount: string; payment_id: string }[] }>(
      'GET',
      '/deposits?assigned=false&limit=100',
    );
    expect(body.data).toContainEqual(
      expect.objectContaining({ payment_id: payment.id, amount: ETHER.toString() }),
    );
  });
});

describe('a refund', () => {
  it('goes to no account of ours, nor where nobody is, in whatever letters it is written', async () => {
    const [payment, other] = [await world.paid(ETHER), await world.paid(ETHER)];
    const ours = [TANK.address, PAYOUT.address, TREASURY, payment.address, other.address, world.chain.token];
    const nobody = [
      '0x0000000000000000000000000000000000000000',
      '0x0000000000000000000000000000000000000009',
    ];
    for (const to of [...ours, ...nobody]) {
      for (const written of [to, to.toLowerCase()]) {
        const { status, body } = await refund(payment, written, 1_000n);
        expect({ written, status, body }).toMatchObject({ written, status: 400 });
      }
    }
    expect(await refundsOf(world, payment)).toEqual([]);
  });

  it('to a contract that says much in refusing it fails; one of which nodes say too much waits, and can be cancelled', async () => {
    const [wordy, endless, innocent] = [
      await world.paid(ETHER),
      await world.paid(ETHER),
      await world.paid(ETHER),
    ];
    const reverting = (bytes: number) =>
      world.chain.deploy(`0x61000780600c6000396000f362${bytes.toString(16).padStart(6, '0')}6000fd`);
    await refund(wordy, await reverting(25_000), 1_000n);
    const { body: waiting } = await refund(endless, await reverting(1_000_000), 1_000n);
    await refund(innocent, Wallet.createRandom().address, 1_000n);
    await refundIn(innocent, 'confirmed');
    const { failure } = await refundIn(wordy, 'failed');
    expect((failure ?? '').length).toBeLessThan(2_000);
    await world.mineUntil('it to wait', async () =>
      (await refundsOf(world, endless))[0]?.waits_for?.includes('longer than any should be'),
    );
    expect(await api('POST', `/refunds/${waiting.id}/cancel`)).toMatchObject({ status: 200 });
    await world.paid(ETHER);
  });
});

describe('a receiver of webhooks', () => {
  const OK = 'HTTP/1.1 200 OK\r\n';
  const held: [string, RawAnswer][] = [
    ['101 without a word about what to', (socket) => void socket.write('HTTP/1.1 101 X\r\n\r\n')],
    [
      '101 and then a websocket’s bytes',
      (socket) =>
        void socket.write('HTTP/1.1 101 X\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n\x81\x05hello'),
    ],
    [
      '200 with an upgrade',
      (socket) =>
        void socket.write(`${OK}connection: upgrade\r\nupgrade: websocket\r\ncontent-length: 4\r\n\r\n`),
    ],
    ['a body that ends early', (socket) => void socket.end(`${OK}content-length: 10\r\n\r\nabc`)],
    ['half a chunk', (socket) => void socket.write(`${OK}transfer-encoding: chunked\r\n\r\nff\r\nabc`)],
    ['100 and no more', (socket) => void socket.write('HTTP/1.1 100 Continue\r\n\r\n')],
  ];

  it('is waited for no longer than the patience, and keeps no other waiting: 101, upgrades, halves', async () => {
    for (const [what, answer] of held) {
      const receiver = await RawReceiver.start(answer);
      receivers.push(receiver);
      const { body: endpoint } = await api<CreatedEndpointBody>('POST', '/webhook-endpoints', {
        url: receiver.url,
        event_types: ['*'],
      });
      const beganAt = performance.now();
      const { status } = await api('POST', `/webhook-endpoints/${endpoint.id}/test`, {});
      expect({ what, status, isInTime: performance.now() - beganAt < 5 * HOOK_TIMEOUT_MS }).toEqual({
        what,
        status: 200,
        isInTime: true,
      });
    }
    const payment = await world.paid(ETHER);
    await world.receiver.waitForEvent(payment.id, 'payment.confirmed');
    // Each of them has been attempted, and has its outcome on record.
    await waitFor('all attempts to end', async () => {
      const [row] = await world.app.database.dataSource.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM webhook_deliveries d
         WHERE d.payment_id = $1 AND d.event_type = 'payment.created' AND d.attempts = 0`,
        [payment.id],
      );
      return row?.count === 0;
    });
  });
});

describe('what nobody would ask for', () => {
  it.each([
    '/payments?reference=a?b?%00',
    '/payments?chain=%00',
    '/deposits?chain=x?%00',
    '/refunds?payment_id=a?%00',
    '/events?type=?%00',
    '/payments?__proto__=1',
    '/payments?toString=1',
    '/sweeps?hasOwnProperty=1',
  ])('GET %s is refused with the reason', async (path) => {
    const { status } = await api('GET', path);
    expect({ path, status }).toEqual({ path, status: 400 });
  });

  it.each([
    'http://[::ffff:1%25eth0]/',
    'http://xn--0/',
    'http://0x1ffffffff/',
    'http://1.2.3.4.5.0x/',
    'http://host/\0',
    'http://host/\ud800',
    'http://ho\u0000st/',
    'http://host:99999/',
    'http://\ud83d/',
    'javascript:alert(1)',
  ])('an endpoint at %j is refused with the reason', async (url) => {
    const { status } = await api('POST', '/webhook-endpoints', { url, event_types: ['*'] });
    expect(status).toBe(400);
  });

  it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty', 'valueOf'])(
    'the field %s is refused as any that is not known',
    async (name) => {
      const fields = `"${name}":1`;
      for (const [path, rest] of [
        ['/payments', '"chain":"testchain","amount":"1"'],
        ['/webhook-endpoints', '"url":"http://127.0.0.1/","event_types":["*"]'],
        ['/sweeps/run', '"dry_run":true'],
      ] as const) {
        const { status } = await world.app.request('POST', `/api/v1${path}`, `{${rest},${fields}}`);
        expect({ path, status }).toEqual({ path, status: 400 });
      }
    },
  );

  it('what asks nodes says so where none answers', async () => {
    const payment = await world.paid(ETHER);
    const refused = { error: { code: -32000, message: 'down' } };
    for (const node of nodes) {
      node.inject(
        [
          'eth_blockNumber',
          'eth_getBlockByNumber',
          'eth_getBalance',
          'eth_getCode',
          'eth_call',
          'eth_chainId',
        ],
        {
          kind: 'answer',
          answer: () => Promise.resolve(refused),
        },
      );
    }
    for (const body of [{}, { dry_run: true }]) {
      const { status } = await api('POST', '/sweeps/run', body);
      expect({ body, status }).toEqual({ body, status: 503 });
    }
    const { status } = await refund(payment, Wallet.createRandom().address, 1_000n);
    expect([201, 503]).toContain(status);
  });
});

describe('a ceiling on gas', () => {
  it('holds for refunds and the gas for them, and lets them go when it is raised', async () => {
    await world.chain.rpc('anvil_setBalance', [TANK.address, toQuantity(100n * ETHER)]);
    const payment = await world.paid(ETHER);
    const [chain] = world['chains'];
    if (!chain) throw new Error('there is no chain');
    chain.sweep = { ...chain.sweep, maxGasPrice: 1n };
    await world.restart();
    const to = Wallet.createRandom().address;
    await refund(payment, to, ETHER);
    await world.mineUntil('it to wait', async () =>
      (await refundsOf(world, payment))[0]?.waits_for?.includes('max_gas_price'),
    );
    expect(await world.native(to)).toBe(0n);
    chain.sweep = { ...chain.sweep, maxGasPrice: undefined };
    await world.restart();
    await refundIn(payment, 'confirmed');
    expect(await world.native(to)).toBe(ETHER);
  });
});
