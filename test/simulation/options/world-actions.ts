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
import { type Action } from './option-actions.js';
import { type ChainWorld } from './chain-world.js';
import { type OptionWorld } from './option-world.js';
import { type Arrival } from './chain-blocks.js';
import { type PricedChain } from './priced-chain.js';

const DAY_S = 86_400;
/** So often are rates read while time passes. */
const STEP_S = 540;

export async function mine({ random, chains }: ChainWorld): Promise<string> {
  const chain = random.pick(chains);
  const blocks = random.between(1, 4);
  await chain.mine(blocks);
  return `${blocks} on ${chain.name} to ${await chain.height()}`;
}

export async function mineAll({ random, chains }: ChainWorld): Promise<string> {
  for (const chain of chains) await chain.mine(random.between(1, 5));
  return '';
}

async function lookAtOne(world: OptionWorld): Promise<string> {
  const chain = world.random.pick(world.chains);
  await world.look(chain);
  return chain.name;
}

/** A reorg that keeps some of what it replaces, at other places. */
export async function reorg(world: ChainWorld): Promise<string> {
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
  const replaced = (await chain.arrivals()).filter(({ blockNumber }) => blockNumber > height - depth);
  const kept = random.chance(0.2) ? replaced : replaced.filter(() => random.chance(0.5));
  const by = await world.circumstances();
  if (replaced.length > 0) await world.noteDeepest([chain], by);
  await chain.reorg(
    depth,
    kept.map((arrival: Arrival) => [arrival, random.between(0, depth - 1)] as const),
  );
  if (replaced.length > 0) await world.noteFailures(by);
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

/** What becomes of chains, prices and the app. */
export const WORLD_ACTIONS: readonly Action[] = [
  { name: 'mine', weight: 22, run: mine },
  { name: 'mine on all', weight: 8, run: mineAll },
  { name: 'look', weight: 14, run: (world) => world.look().then(() => '') },
  { name: 'look at one', weight: 14, run: lookAtOne },
  { name: 'reorg', weight: 9, run: reorg },
  { name: 'pass time', weight: 6, run: passTime },
  { name: 'jump in time', weight: 0.8, run: jumpTime },
  { name: 'market', weight: 7, run: moveMarket },
  { name: 'break a source', weight: 3, run: breakMarket },
  { name: 'mend all sources', weight: 3, run: mendMarket },
  { name: 'down', weight: 2, run: down },
  { name: 'back', weight: 2.5, run: back },
  { name: 'fault', weight: 5, run: fail },
  { name: 'heal', weight: 3, run: heal },
  { name: 'restart', weight: 0.4, run: (world) => world.restart().then(() => '') },
  { name: 'crash', weight: 0.4, run: (world) => world.crash().then(() => '') },
];
