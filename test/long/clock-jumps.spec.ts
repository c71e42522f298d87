import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { AbiCoder, Interface } from 'ethers';
import artifact from '../../src/chain/dev-chain/price-feed.json' with { type: 'json' };
import { type ChainConfig } from '../../src/config/chains.js';
import { type RatesConfig } from '../../src/config/rates.js';
import { type Health } from '../../src/health/health.service.js';
import { type Address, toAddress } from '../../src/ids/ids.js';
import { type PaymentView } from '../../src/payments/payment.view.js';
import { RateHistory } from '../../src/rates/rate-history.js';
import { RatesService } from '../../src/rates/rates.service.js';
import { toDecimal } from '../../src/rates/rational.js';
import { type PairRateView } from '../../src/rates/dto/rates.view.js';
import { SweepPlanner } from '../../src/sweeper/planning/sweep-planner.js';
import { TestApp } from '../harness/app.js';
import { Receiver } from '../harness/receiver.js';
import { TANK, TREASURY } from '../harness/sweep-world.js';
import { TestChain } from '../harness/test-chain.js';
import { waitFor } from '../harness/wait-for.js';

const HOUR_MS = 3_600_000;
const ETHER = 10n ** 18n;
const feedAbi = new Interface(['function set(int256)']);

/** The host's clock, for all of this process; Postgres and the chain keep theirs. */
class HostClock {
  private readonly real = Date;
  aheadMs = 0;

  constructor() {
    const now = () => this.real.now() + this.aheadMs;
    globalThis.Date = new Proxy(Date, {
      construct: (date, given: unknown[], newTarget) =>
        Reflect.construct(date, given.length === 0 ? [now()] : given, newTarget) as object,
      get: (date, name, receiver) => (name === 'now' ? now : (Reflect.get(date, name, receiver) as unknown)),
    });
  }

  stop(): void {
    globalThis.Date = this.real;
  }
}

let clock: HostClock;
let chain: TestChain;
let receiver: Receiver;
let app: TestApp;
let feed: Address;
let configured: ChainConfig;

beforeAll(async () => {
  chain = await TestChain.start();
  receiver = await Receiver.start();
  const values = AbiCoder.defaultAbiCoder().encode(
    ['string', 'uint8', 'int256'],
    ['ETH / USD', 8, 3_480_00000000n],
  );
  feed = toAddress(await chain.deploy(artifact.bytecode + values.slice(2)));
  const source = {
    kind: 'feed' as const,
    chain: 'testchain',
    address: feed,
    heartbeatS: 3_600,
    decimals: 8,
    description: 'ETH / USD',
  };
  const rates: RatesConfig = {
    pairs: [{ base: 'ETH', quote: 'USD', sources: [source] }],
    pegs: {},
    sequencers: {},
    singleSourceOk: ['ETH/USD'],
  };
  await chain.rpc('anvil_setBalance', [TANK.address, `0x${(100n * ETHER).toString(16)}`]);
  await chain.mine();
  clock = new HostClock();
  configured = { ...chain.config, sweep: { enabled: true, minimum: 0n }, rpcRequestsPerSecond: 200 };
  app = await TestApp.start({
    chains: [configured],
    rates,
    settings: {
      rateRefreshMs: 150,
      webhookUrl: receiver.url,
      webhookRetryScheduleMs: [300, 300, 300, 300],
      keyRequestsPerMinute: 60_000,
      treasuryAddress: TREASURY,
      gasTankPrivateKey: TANK.privateKey,
      sweepSchedule: '0 0 1 1 *',
    },
  });
}, 60_000);
afterAll(async () => {
  clock?.stop();
  await app?.stop();
  await receiver?.stop();
  await chain?.stop();
});

async function priced(price: bigint): Promise<void> {
  const value = price.toString();
  const data = feedAbi.encodeFunctionData('set', [price * 10n ** 8n]);
  await chain.rpc('eth_sendTransaction', [{ from: chain.payer, to: feed, data }]);
  await waitFor(`a rate of ${value}`, async () => {
    await chain.mine();
    const { body } = await app.request<{ data: PairRateView[] }>('GET', '/api/v1/rates');
    return body.data[0]?.value === value;
  });
}

/** A payment from its making to the treasury, by a price of this moment and with a receiver that fails at first. */
async function livesOn(price: bigint): Promise<void> {
  await priced(price);
  let failures = 1;
  receiver.answer = (response) => response.writeHead(failures-- > 0 ? 500 : 200).end();
  const made = await waitFor('a payment', async () => {
    const answer = await app.request<PaymentView>('POST', '/api/v1/payments', {
      price: { amount: `${price}.00`, currency: 'USD' },
      accept: [{ chain: 'testchain' }],
    });
    return answer.status === 201 && answer.body;
  });
  expect(made.options[0]?.amount).toBe(ETHER.toString());
  // By Postgres' clock, which the real one is.
  const leftMs = Date.parse(made.expires_at) - (Date.now() - clock.aheadMs);
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThan(2 * HOUR_MS);
  await chain.pay(made.address, ETHER);
  await chain.mine(4);
  await app.waitForStatus(made.id, 'confirmed');
  for (const type of ['payment.created', 'payment.detected', 'payment.confirmed'])
    await receiver.waitForEvent(made.id, type);
  await waitFor('the sweep', async () => {
    const all = { paymentIds: null, isForced: false, isDryRun: false };
    await app.get(SweepPlanner).plan(configured, all);
    await chain.mine();
    return (await app.payment(made.id)).status === 'settled';
  });
  await receiver.waitForEvent(made.id, 'payment.settled');
}

describe('a host clock that is set by hours', () => {
  it.each([
    ['right', 0, 2_000n],
    ['two hours behind', -2 * HOUR_MS, 2_100n],
    ['five hours ahead', 5 * HOUR_MS, 2_200n],
    ['a day behind', -24 * HOUR_MS, 2_300n],
    ['right again', 0, 2_400n],
  ])(
    'keeps no payment, webhook, rate or sweep waiting: %s',
    async (_what, aheadMs, price) => {
      clock.aheadMs = aheadMs;
      await livesOn(price);
      const ahead = await waitFor('the clock to be looked at', async () => {
        const health = (await (await fetch(`${app.url}/health`)).json()) as Health;
        const seconds = health.clock.seconds_ahead_of_database ?? NaN;
        return Math.abs(seconds - aheadMs / 1_000) < 5 && { seconds, problem: health.clock.problem };
      });
      if (aheadMs === 0) expect(ahead.problem).toBeNull();
      else expect(ahead.problem).toMatch(/this machine's clock is \d+ s (ahead of|behind) Postgres'/);
    },
    60_000,
  );

  it('is told of in the log, once for each time that it was wrong', () => {
    const lines = app.log.filter((line) => /the clock is (wrong|right again)/.test(line));
    expect(lines.length).toBeGreaterThanOrEqual(2);
    expect(lines.at(-1)).toContain('the clock is right again');
  });

  it('has minutes of rates recorded again that come again, when Postgres’ own goes back', async () => {
    const [service, history] = [app.get(RatesService), app.get(RateHistory)];
    const minute = (number: number) => new Date(Date.UTC(2100, 0, 1, 12, number));
    const worth = async (at: Date) => {
      const rate = await service.rateAt('ETH', 'USD', at);
      return 'code' in rate ? rate.code : toDecimal(rate.value);
    };
    for (const number of [1, 9, 10]) {
      await priced(BigInt(3_000 + number));
      await history.record(service.report(), minute(number));
    }
    await priced(4_000n);
    await history.record(service.report(), minute(5));
    await priced(4_001n);
    await history.record(service.report(), minute(9));
    expect(await Promise.all([1, 5, 9, 10].map((number) => worth(minute(number))))).toEqual([
      '3001',
      '4000',
      '4001',
      '3010',
    ]);
  }, 60_000);
});
