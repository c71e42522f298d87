/*
 * Blocks per second against the bare fetch of the same blocks, with few addresses watched and with a million; calls per
 * block; and how soon a webhook tells of a block. `--part catching-up|addresses|calls|latency` measures one of them. Each
 * says on stderr when it has ended; all together take about four minutes on two quiet cores, of which half is the waiting
 * for blocks.
 */
import { parseArgs } from 'node:util';
import { FaultyRpc } from '../test/harness/faulty-rpc.js';
import { cpuMsBelow } from './cpu-time.js';
import { publish } from './report.js';
import { bareFetch } from './scanner/bare-fetch.js';
import { FIRST_BLOCKS, type Traffic, World } from './scanner/world.js';

/**
 * About an hour of a chain with two-second blocks. While the first are read, V8 compiles what reads them, which takes as
 * much CPU as a thousand blocks: their speed is told as well.
 */
const BLOCKS = Number(process.env.BENCH_BLOCKS ?? 2_000);
const ADDRESS_BLOCKS = 600;
const ADDRESSES = Number(process.env.BENCH_ADDRESSES ?? 1_000_000);
const FEW_ADDRESSES = 1_000;
const CALL_BLOCKS = 40;
const LATENCY_BLOCKS = 50;
const ROUNDS = 2;
/** Of the chain whose latency is measured; its head is asked for twice in that time. */
const BLOCK_TIME_MS = 1_000;
const PARTS = ['calls', 'catching-up', 'addresses', 'latency'] as const;
type Part = (typeof PARTS)[number];
const figures: Record<string, number> = {};
const ratios: Record<string, number> = {};

/**
 * The same blocks several times each way, alternating; the best of each, since what disturbs only ever slows. CPU time is
 * the least of them, in ms a block: of the bare fetch with the node that answers it, and of the app.
 */
async function catchUp(world: World, from: number, to: number) {
  let [bare, scanned, first, bytes] = [0, 0, 0, 0];
  let [bareCpu, appCpu, postgresCpu] = [Infinity, Infinity, Infinity];
  for (let round = 0; round < ROUNDS; round++) {
    const [before, own] = [cpuMsBelow(), process.cpuUsage()];
    bare = Math.max(bare, await bareFetch(world.chain.url, from, to));
    const { user, system } = process.cpuUsage(own);
    const ofNode = (cpuMsBelow().get('anvil') ?? 0) - (before.get('anvil') ?? 0);
    bareCpu = Math.min(bareCpu, ((user + system) / 1000 + ofNode) / (to - from + 1));
    const run = await world.catchUp(world.chain.url, from, to);
    scanned = Math.max(scanned, run.blocksPerSecond);
    first = Math.max(first, run.firstPerSecond);
    appCpu = Math.min(appCpu, run.cpuMsPerBlock.node ?? Infinity);
    postgresCpu = Math.min(postgresCpu, run.cpuMsPerBlock.postgres ?? Infinity);
    bytes = run.residentBytes;
  }
  return { bare, scanned, first, bareCpu, appCpu, postgresCpu, mebibytes: bytes / 2 ** 20 };
}

/** @returns calls of each block, without those for the head */
async function callsPerBlock(world: World, traffic: Traffic, proofs: string): Promise<number> {
  const { from, to } = await world.mine(CALL_BLOCKS, traffic);
  const proxy = await FaultyRpc.start(world.chain.url);
  try {
    await world.catchUp(proxy.url, from, to, { proofs });
    const methods = ['eth_getBlockReceipts', 'eth_getLogs', 'eth_getTransactionReceipt'];
    // Of eth_getBlockByNumber, one for each block; the others are for the head and for where to start.
    return 1 + methods.reduce((sum, method) => sum + proxy.count(method), 0) / CALL_BLOCKS;
  } finally {
    await proxy.die();
  }
}

type Measured = Awaited<ReturnType<typeof catchUp>>;

async function calls(world: World): Promise<void> {
  for (const [name, traffic] of [
    ['empty', 'none'],
    ['of others', 'strangers'],
    ['with a listed token', 'tokens'],
  ] as const) {
    figures[`calls per block, ${name}`] = await callsPerBlock(world, traffic, 'full');
    figures[`calls per block, ${name}, without the bloom`] = await callsPerBlock(world, traffic, 'receipts');
  }
}

async function catchingUp(world: World): Promise<void> {
  // No payment is paid twice.
  await world.watch(Math.max(FEW_ADDRESSES, BLOCKS));
  const ofOthers = await world.mine(BLOCKS, 'tokens');
  const others = await catchUp(world, ofOthers.from, ofOthers.to);
  const { from, to } = await world.mine(BLOCKS, 'payments');
  const paid = await catchUp(world, from, to);
  const unproved = await world.catchUp(world.chain.url, from, to, { proofs: 'off' });
  for (const [name, { bare, scanned, first, bareCpu, appCpu, postgresCpu }] of [
    ['blocks of others', others],
    ['a payment in each block', paid],
  ] as const) {
    Object.assign(figures, {
      [`bare fetch, ${name}, blocks /s`]: bare,
      [`bare fetch and its node, ${name}, CPU ms a block`]: bareCpu,
      [`catching up, ${name}, blocks /s`]: scanned,
      [`catching up, ${name}, the first ${FIRST_BLOCKS}, blocks /s`]: first,
      [`catching up, ${name}, CPU ms a block`]: appCpu,
      [`catching up, ${name}, Postgres, CPU ms a block`]: postgresCpu,
    });
    ratios[`catching up to the bare fetch, ${name}`] = scanned / bare;
    ratios[`catching up to the bare fetch, ${name}, the first ${FIRST_BLOCKS}`] = first / bare;
  }
  figures['catching up without proofs, blocks /s'] = unproved.blocksPerSecond;
  ratios['without proofs to with them'] = unproved.blocksPerSecond / paid.scanned;
}

async function addresses(world: World): Promise<void> {
  await world.watch(FEW_ADDRESSES);
  const { from, to } = await world.mine(ADDRESS_BLOCKS, 'payments');
  const few = await catchUp(world, from, to);
  await world.watch(ADDRESSES);
  const many = await catchUp(world, from, to);
  const told = (count: number, { appCpu, scanned, mebibytes }: Measured) =>
    Object.assign(figures, {
      [`catching up, ${count} addresses, CPU ms a block`]: appCpu,
      [`catching up, ${count} addresses, blocks /s`]: scanned,
      [`resident, ${count} addresses, MiB`]: mebibytes,
    });
  told(FEW_ADDRESSES, few);
  told(ADDRESSES, many);
  Object.assign(ratios, {
    'many addresses to few, CPU': many.appCpu / few.appCpu,
    'many addresses to few, blocks /s': many.scanned / few.scanned,
    'many addresses to few, resident': many.mebibytes / few.mebibytes,
  });
}

async function latency(world: World): Promise<void> {
  const latencies = await world.latencies(LATENCY_BLOCKS, BLOCK_TIME_MS);
  const periodMs = BLOCK_TIME_MS / 2;
  const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1] as number;
  Object.assign(figures, {
    'block mined to webhook, p50 ms': latencies[Math.floor(latencies.length / 2)] as number,
    'block mined to webhook, p99 ms': p99,
    'poll period, ms': periodMs,
  });
  ratios['p99 to poll period + 250 ms'] = p99 / (periodMs + 250);
}

const MEASURES: Record<Part, (world: World) => Promise<void>> = {
  calls,
  'catching-up': catchingUp,
  addresses,
  latency,
};

const { values } = parseArgs({ options: { part: { type: 'string' }, json: { type: 'boolean' } } });
const parts = PARTS.filter((part) => values.part === undefined || values.part === part);
if (parts.length === 0) {
  console.error(`there is no part "${values.part}"; one of ${PARTS.join(', ')}`);
  process.exit(1);
}
const world = await World.start();
try {
  for (const part of parts) {
    const began = performance.now();
    await MEASURES[part](world);
    console.error(`${part}: measured in ${((performance.now() - began) / 1000).toFixed(0)} s`);
  }
} finally {
  await world.stop();
}
publish({ name: 'scanner', figures, ratios });
