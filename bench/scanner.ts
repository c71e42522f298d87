/* Blocks per second against the bare fetch of the same blocks, calls per block, and how soon a webhook tells of a block. */
import { FaultyRpc } from '../test/harness/faulty-rpc.js';
import { cpuMsBelow } from './cpu-time.js';
import { publish } from './report.js';
import { bareFetch } from './scanner/bare-fetch.js';
import { type Traffic, World } from './scanner/world.js';

const BLOCKS = Number(process.env.BENCH_BLOCKS ?? 1_500);
const ADDRESSES = Number(process.env.BENCH_ADDRESSES ?? 1_000_000);
const FEW_ADDRESSES = 1_000;
const CALL_BLOCKS = 100;
const LATENCY_BLOCKS = 80;
/** Of the chain whose latency is measured; its head is asked for twice in that time. */
const BLOCK_TIME_MS = 1_000;
const figures: Record<string, number> = {};
const ratios: Record<string, number> = {};

/**
 * The same blocks three times each way, alternating; the best of each, since what disturbs only ever slows. CPU time is
 * the least of them, in ms a block: of the bare fetch with the node that answers it, and of the app.
 */
async function catchUp(world: World, from: number, to: number) {
  let [bare, scanned, bytes] = [0, 0, 0];
  let [bareCpu, appCpu] = [Infinity, Infinity];
  for (let round = 0; round < 3; round++) {
    const [before, own] = [cpuMsBelow(), process.cpuUsage()];
    bare = Math.max(bare, await bareFetch(world.chain.url, from, to));
    const { user, system } = process.cpuUsage(own);
    const ofNode = (cpuMsBelow().get('anvil') ?? 0) - (before.get('anvil') ?? 0);
    bareCpu = Math.min(bareCpu, ((user + system) / 1000 + ofNode) / (to - from + 1));
    const run = await world.catchUp(world.chain.url, from, to);
    scanned = Math.max(scanned, run.blocksPerSecond);
    appCpu = Math.min(appCpu, run.cpuMsPerBlock.node ?? Infinity);
    bytes = run.residentBytes;
  }
  return { bare, scanned, bareCpu, appCpu, mebibytes: bytes / 2 ** 20 };
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

const world = await World.start();
try {
  for (const [name, traffic] of [
    ['empty', 'none'],
    ['of others', 'strangers'],
    ['with a listed token', 'tokens'],
  ] as const) {
    figures[`calls per block, ${name}`] = await callsPerBlock(world, traffic, 'full');
    figures[`calls per block, ${name}, without the bloom`] = await callsPerBlock(world, traffic, 'receipts');
  }

  await world.watch(FEW_ADDRESSES);
  const ofOthers = await world.mine(BLOCKS, 'tokens');
  const others = await catchUp(world, ofOthers.from, ofOthers.to);
  const { from, to } = await world.mine(BLOCKS, 'payments');
  const few = await catchUp(world, from, to);
  const unproved = await world.catchUp(world.chain.url, from, to, { proofs: 'off' });
  await world.watch(ADDRESSES);
  const many = await catchUp(world, from, to);
  Object.assign(figures, {
    'bare fetch, blocks /s': few.bare,
    'bare fetch and its node, CPU ms a block': few.bareCpu,
    [`catching up, ${FEW_ADDRESSES} addresses, CPU ms a block`]: few.appCpu,
    [`catching up, ${ADDRESSES} addresses, CPU ms a block`]: many.appCpu,
    'catching up blocks of others, CPU ms a block': others.appCpu,
    [`catching up, ${FEW_ADDRESSES} addresses, blocks /s`]: few.scanned,
    [`catching up, ${ADDRESSES} addresses, blocks /s`]: many.scanned,
    'catching up without proofs, blocks /s': unproved.blocksPerSecond,
    [`resident, ${FEW_ADDRESSES} addresses, MiB`]: few.mebibytes,
    [`resident, ${ADDRESSES} addresses, MiB`]: many.mebibytes,
  });
  Object.assign(ratios, {
    'catching up to the bare fetch': few.scanned / few.bare,
    'catching up to the bare fetch, blocks of others': others.scanned / others.bare,
    'many addresses to few, CPU': many.appCpu / few.appCpu,
    'many addresses to few, blocks /s': many.scanned / few.scanned,
    'many addresses to few, resident': many.mebibytes / few.mebibytes,
    'without proofs to with them': unproved.blocksPerSecond / few.scanned,
  });

  const latencies = await world.latencies(LATENCY_BLOCKS, BLOCK_TIME_MS);
  const periodMs = BLOCK_TIME_MS / 2;
  const p99 = latencies[Math.ceil(latencies.length * 0.99) - 1] as number;
  Object.assign(figures, {
    'block mined to webhook, p50 ms': latencies[Math.floor(latencies.length / 2)] as number,
    'block mined to webhook, p99 ms': p99,
    'poll period, ms': periodMs,
  });
  ratios['p99 to poll period + 250 ms'] = p99 / (periodMs + 250);
} finally {
  await world.stop();
}
publish({ name: 'scanner', figures, ratios });
