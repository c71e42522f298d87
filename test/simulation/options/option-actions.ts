import { type DepositView } from '../../../src/payments/deposit.view.js';
import { type PaymentView } from '../../../src/payments/payment.view.js';
import { type Fault } from '../../harness/faulty-rpc.js';
import {
  delayed,
  dropped,
  emptyLogs,
  failure,
  result,
  serverError,
  staleHead,
  tooManyRequests,
  truncated,
  withoutOneLog,
} from '../../harness/faulty-rpc-faults.js';
import { type Random } from '../random.js';
import { requireQuote } from './quotes.js';
import { creditOf, type Known } from './expected.js';
import { type OptionWorld } from './option-world.js';
import { type Arrival, type PricedChain, type SimulatedAsset } from './priced-chain.js';

const DAY_S = 86_400;
/** So often are rates read while time passes. */
const STEP_S = 540;

export interface Action {
  name: string;
  /** How often it is taken, relative to the others. */
  weight: number;
  /** @returns what was done in detail */
  run: (world: OptionWorld) => Promise<string>;
}

interface Currency {
  currency: string;
  digits: number;
  /** By name, of the asset that the price is made in. */
  chain?: string;
}

const CURRENCIES: readonly Currency[] = [
  { currency: 'EUR', digits: 2 },
  { currency: 'EUR', digits: 2 },
  { currency: 'USD', digits: 2 },
  { currency: 'JPY', digits: 0 },
  { currency: 'TUSD', digits: 6, chain: 'alpha' },
];

async function create(world: OptionWorld): Promise<string> {
  const { random, app, payments } = world;
  const { currency, digits, chain } = random.pick(CURRENCIES);
  const minorUnits = BigInt(random.between(1, random.pick([999, 20_000]))) * (digits === 6 ? 10_000n : 1n);
  const amount = decimal(minorUnits, digits);
  const asked = someAssets(random, world.assets);
  const minutes = random.pick([5, 15, 60, 600]);
  const answer = await app.request<PaymentView>('POST', '/api/v1/payments', {
    price: { amount, currency, ...(chain === undefined ? {} : { chain }) },
    accept: asked.map((asset) => ({ chain: asset.chain.name, token_id: asset.tokenId })),
    expires_in_minutes: minutes,
  });
  const quoted = await requireQuote(
    world,
    { minorUnits, digits, currency, chain: chain ?? null, asked },
    answer,
  );
  if (quoted === null) return `${amount} ${currency}: refused`;
  const { body } = answer;
  payments.push({ ...quoted, ...remembered(world, body) });
  return `${body.id} ${amount} ${currency} in ${quoted.options.map(({ asset, amount: due }) => `${due} ${nameOf(asset)}`).join(', ')}, ${minutes} min`;
}

/** Of one asset, as ever. */
async function createPlain(world: OptionWorld): Promise<string> {
  const { random, app, payments } = world;
  const asset = random.pick(world.assets);
  const amount = BigInt(random.between(1, 100_000));
  const { status, body } = await app.request<PaymentView>('POST', '/api/v1/payments', {
    chain: asset.chain.name,
    amount: amount.toString(),
    ...(asset.tokenId === null ? {} : { token_id: asset.tokenId }),
    expires_in_minutes: random.pick([5, 60]),
  });
  if (status !== 201) throw new Error(`no payment: ${JSON.stringify(body)}`);
  payments.push({ options: [{ asset, amount, rate: null }], price: null, ...remembered(world, body) });
  return `${body.id} ${amount} ${nameOf(asset)}`;
}

function remembered({ toleranceBps }: OptionWorld, { id, address, expires_at: expiresAt }: PaymentView) {
  return {
    id,
    address: address.toLowerCase(),
    toleranceBps,
    expiresAtMs: Date.parse(expiresAt),
    deepest: new Map(),
    mayHaveFailed: false,
    isRefunded: false,
  };
}

export function nameOf({ symbol, chain }: SimulatedAsset): string {
  return `${symbol}/${chain.name}`;
}

/** In two to five assets, of two chains at least. */
function someAssets(random: Random, assets: readonly SimulatedAsset[]): SimulatedAsset[] {
  for (;;) {
    const left = [...assets];
    const some = Array.from({ length: random.between(2, 5) }, () =>
      left.splice(random.between(0, left.length - 1), 1),
    ).flat();
    if (new Set(some.map(({ chain }) => chain)).size > 1) return some;
  }
}

function decimal(minorUnits: bigint, digits: number): string {
  const text = minorUnits.toString().padStart(digits + 1, '0');
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

/** The newest rather than others, of which most have ended. */
function somePayment({ random, payments }: OptionWorld): Known | undefined {
  if (payments.length === 0) return undefined;
  return random.chance(0.7)
    ? payments[random.between(Math.max(0, payments.length - 4), payments.length - 1)]
    : random.pick(payments);
}

/** A part, the whole, what the page says is missing, a base unit less or more, or much more. */
async function pay(world: OptionWorld): Promise<string> {
  const { random, app } = world;
  const known = somePayment(world);
  if (known === undefined) return 'nobody';
  const index = random.between(0, known.options.length - 1);
  const { asset, amount: whole } = known.options[index] as Known['options'][number];
  const due = BigInt((await app.payment(known.id)).options[index]?.amount_due ?? 0);
  const amount = random.weighted<bigint>([
    [5, (whole * BigInt(random.between(1, 60))) / 100n + 1n],
    [2, whole],
    [6, due],
    [1, due - 1n],
    [1, due + 1n],
    [1, whole + BigInt(random.between(1, 50))],
  ]);
  if (amount <= 0n) return 'nothing is due';
  // Now and then in what was not asked for.
  const sent = random.chance(0.06) ? random.pick(world.assets) : asset;
  await sent.chain.pay(sent, known.address, amount);
  return `${known.id} ${amount} ${nameOf(sent)}`;
}

/** The merchant makes something of a deposit that does not count. */
async function decide(world: OptionWorld): Promise<string> {
  const { app, random, accepted } = world;
  const list = '/api/v1/deposits?assigned=false&limit=100';
  const { data } = (await app.request<{ data: DepositView[] }>('GET', list)).body;
  if (data.length === 0) return 'nothing';
  const { id, reason, tx_hash: txHash, ordinal, kind, chain_id: chainId } = random.pick(data);
  const how = random.pick(['accept', 'accept', 'ignore']);
  const { status } = await app.request('POST', `/api/v1/deposits/${id}/${how}`);
  // A reorg may have been faster.
  if (status !== 200 && status !== 409) throw new Error(`${how} answers ${status}`);
  if (how === 'accept' && status === 200) {
    world.meet(`accepted ${reason}`);
    accepted.add(creditOf(chainId, { txHash: txHash as string, ordinal, kind }));
  }
  return `${how} ${id}, ${reason}: ${status}`;
}

/** The merchant asks where the money of some transaction is, which must move nothing that the scan has not moved. */
async function check(world: OptionWorld): Promise<string> {
  const { app, random, payments } = world;
  const ours = new Set(payments.map(({ address }) => address));
  const arrivals = (await world.arrivals()).filter(({ to }) => ours.has(to));
  if (arrivals.length === 0) return 'nothing';
  const { txHash, to } = random.pick(arrivals);
  const payment = random.chance(0.8) ? payments.find(({ address }) => address === to) : random.pick(payments);
  const path = `/api/v1/payments/${payment?.id}/check`;
  const { status, body } = await app.request('POST', path, { tx_hash: txHash });
  if (status !== 200) throw new Error(`check answers ${status}: ${JSON.stringify(body)}`);
  return `${payment?.id} ${txHash}: ${body.code as string}`;
}

async function mine({ random, chains }: OptionWorld): Promise<string> {
  const chain = random.pick(chains);
  const blocks = random.between(1, 4);
  await chain.mine(blocks);
  return `${blocks} on ${chain.name} to ${await chain.height()}`;
}

async function mineAll({ random, chains }: OptionWorld): Promise<string> {
  for (const chain of chains) await chain.mine(random.between(1, 5));
  return '';
}

/** A reorg that keeps some of what it replaces, at other places. */
async function reorg(world: OptionWorld): Promise<string> {
  const { random } = world;
  const chain = random.pick(world.chains);
  const height = await chain.height();
  const depth = Math.min(
    random.weighted([
      [6, random.between(1, 3)],
      [1, random.between(4, 12)],
    ]),
    height - chain.base,
  );
  if (depth < 1) return 'nothing to replace';
  await world.noteDeepest(chain);
  const replaced = (await chain.arrivals()).filter(({ blockNumber }) => blockNumber > height - depth);
  const kept = random.chance(0.2) ? replaced : replaced.filter(() => random.chance(0.5));
  await chain.reorg(
    depth,
    kept.map((arrival: Arrival) => [arrival, random.between(0, depth - 1)] as const),
  );
  await world.noteFailures(chain);
  return `${depth} on ${chain.name} below ${height}, with ${kept.length} of ${replaced.length} transfers again`;
}

/** For all, while rates are read as ever. */
async function passTime(world: OptionWorld): Promise<string> {
  const { random, clock, market } = world;
  const seconds = random.weighted([
    [6, random.between(10, 900)],
    [3, random.between(900, 5_000)],
    [1, random.between(20_000, 50_000)],
  ]);
  for (let left = seconds; left > 0; left -= STEP_S) {
    clock.pass(Math.min(left, STEP_S));
    market.move();
    await world.readRates();
  }
  return `${seconds} s`;
}

/** Our process, or its machine, was asleep: nobody has read any rates. */
async function jumpTime(world: OptionWorld): Promise<string> {
  const { random, clock, market } = world;
  const seconds = random.pick([random.between(1_500, 4_000), DAY_S]);
  clock.pass(seconds);
  market.move();
  await world.readRates();
  return `${seconds} s`;
}

async function moveMarket(world: OptionWorld): Promise<string> {
  const { random, market } = world;
  const what = random.chance(0.5) ? market.jump() : (market.move(), 'a little');
  await world.readRates();
  return what;
}

async function breakMarket(world: OptionWorld): Promise<string> {
  const what = world.market.breakOne();
  await world.readRates();
  return what;
}

async function mendMarket(world: OptionWorld): Promise<string> {
  world.market.mend();
  await world.readRates();
  return '';
}

/** All the ways to it, for as long as it takes until another action brings it back. */
async function down(world: OptionWorld): Promise<string> {
  const { random, chains } = world;
  const chain = random.pick(chains);
  if (chain.isDown) return `${chain.name} is down`;
  await chain.goDown();
  world.meet('a chain went down');
  return chain.name;
}

async function back(world: OptionWorld): Promise<string> {
  const away = world.chains.filter(({ isDown }) => isDown);
  if (away.length === 0) return 'none is away';
  const chain = world.random.pick(away);
  await requireWaiting(world, chain);
  await chain.comeBack();
  return chain.name;
}

/** While a chain is away nothing expires that could have been paid there in time. */
async function requireWaiting({ app, found, payments }: OptionWorld, chain: PricedChain): Promise<void> {
  const [cursor] = await app.database.dataSource.query<{ block_time: Date }[]>(
    'SELECT block_time FROM chain_cursors WHERE chain_id = $1',
    [chain.chainId],
  );
  const waiting = payments.filter(
    ({ expiresAtMs, options }) =>
      // By no branch of it that was ever seen is it over.
      expiresAtMs >= Math.max(chain.latestTimeAtEnd * 1_000, cursor?.block_time.getTime() ?? 0) &&
      options.some(({ asset }) => asset.chain === chain),
  );
  const rows = await app.database.dataSource.query<{ id: string }[]>(
    `SELECT id FROM payments WHERE id = ANY($1) AND status = 'expired'`,
    [waiting.map(({ id }) => id)],
  );
  found.push(
    ...rows.map(({ id }) => `${id} expired while ${chain.name} was away, which had not come so far`),
  );
}

async function fail({ random, chains }: OptionWorld): Promise<string> {
  const chain = random.pick(chains);
  const height = await chain.height();
  const faults: [name: string, methods: string[], fault: Fault][] = [
    ['delay', ['*'], delayed(random.between(1, 40))],
    ['drop', ['*'], dropped()],
    ['429', ['*'], tooManyRequests()],
    ['503', ['*'], serverError()],
    ['truncated', ['*'], truncated()],
    [
      'stale head',
      ['eth_getBlockByNumber', 'eth_blockNumber'],
      staleHead(Math.max(0, height - random.between(0, 6))),
    ],
    ['no block receipts', ['eth_getBlockReceipts'], failure(-32_601, 'the method does not exist')],
    ['empty receipts', ['eth_getBlockReceipts'], result([])],
    ['null receipts', ['eth_getBlockReceipts'], result(null)],
    ['empty logs', ['eth_getLogs'], emptyLogs()],
    ['a log left out', ['eth_getBlockReceipts', 'eth_getLogs'], withoutOneLog(random.pick([0, -1]))],
  ];
  const [name, methods, fault] = random.pick(faults);
  const times = random.pick([1, 3, 10]);
  random.pick(chain.endpoints).inject(methods, fault, times);
  return `${chain.name}: ${name}, ${times} times`;
}

async function heal({ chains }: OptionWorld): Promise<string> {
  chains.forEach(({ endpoints }) => endpoints.forEach((endpoint) => endpoint.heal()));
  return Promise.resolve('');
}

export const ACTIONS: readonly Action[] = [
  { name: 'create', weight: 14, run: create },
  { name: 'create in one asset', weight: 2, run: createPlain },
  { name: 'pay', weight: 40, run: pay },
  { name: 'decide', weight: 4, run: decide },
  { name: 'check', weight: 2, run: check },
  { name: 'mine', weight: 22, run: mine },
  { name: 'mine on all', weight: 8, run: mineAll },
  { name: 'look', weight: 26, run: (world) => world.look().then(() => '') },
  { name: 'reorg', weight: 9, run: reorg },
  { name: 'pass time', weight: 4, run: passTime },
  { name: 'jump in time', weight: 0.8, run: jumpTime },
  { name: 'market', weight: 5, run: moveMarket },
  { name: 'break a source', weight: 3, run: breakMarket },
  { name: 'mend all sources', weight: 3, run: mendMarket },
  { name: 'down', weight: 2, run: down },
  { name: 'back', weight: 2.5, run: back },
  { name: 'fault', weight: 5, run: fail },
  { name: 'heal', weight: 3, run: heal },
  { name: 'restart', weight: 0.4, run: (world) => world.restart().then(() => '') },
  { name: 'crash', weight: 0.4, run: (world) => world.crash().then(() => '') },
];
