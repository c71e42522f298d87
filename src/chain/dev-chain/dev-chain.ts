import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type ChainConfig } from '../../config/chains.js';
import { type RatesConfig } from '../../config/rates.js';
import { freePort } from '../../process/ports.js';
import { endProcess } from '../../process/processes.js';
import { type RunningAnvil, startAnvil } from './anvil.js';
import { type HeldFunds, restoreFunds } from './held-funds.js';
import { Miner } from './miner.js';
import { deployFeeds, devRates } from './price-feeds.js';
import { RpcProxy } from './rpc-proxy.js';
import { deployToken } from './test-token.js';
import { WriteAheadLog } from './write-ahead-log.js';
import { toAddress, toChainId, type TokenAddress, toTokenAddress } from '../../ids/ids.js';

export const DEV_CHAIN_ID = toChainId(31_337);
const SNAPSHOT_PERIOD_MS = 10_000;

/** How far the database has followed the dev chain, and what it says is there. */
export interface FollowedTo {
  number: number;
  time: Date;
  held: HeldFunds;
}

export interface RunningDevChain {
  chain: ChainConfig;
  /** What its own feeds price. */
  rates: RatesConfig;
  rpcUrl: string;
  /** A funded account whose key the node holds: eth_sendTransaction from it needs no signature. */
  payer: string;
  /** From where to scan a chain that took the place of a lost one; null when the old one goes on. */
  replacedBy: { number: number; hash: string; time: Date } | null;
  stop(): Promise<void>;
}

export interface DevChainOptions {
  dataDir: string;
  port: number;
  followedTo: FollowedTo | null;
  log: (line: string) => void;
}

/**
 * Starts the dev chain of a data folder where it was left, also after a kill -9 of everything. Where its files are
 * lost, a new one begins above what the database has followed, with what addresses of ours held.
 */
export async function startDevChain(options: DevChainOptions): Promise<RunningDevChain> {
  const files = devChainFiles(options.dataDir);
  mkdirSync(dirname(files.pid), { recursive: true });
  await endOrphan(files.pid, options.log);
  const log = new WriteAheadLog(files.log);
  const restored = await restore(files, log, options);
  const anvil = restored ?? (await begin(options.followedTo));
  writeFileSync(files.pid, String(anvil.pid));
  writeFileSync(files.url, anvil.url);
  const [account] = (await anvil.rpc<string[]>('eth_accounts')) as [string];
  const payer = toAddress(account);
  const tokenAddress = restored
    ? toTokenAddress(readFileSync(files.token, 'utf8'))
    : await deployToken(anvil, payer);
  writeFileSync(files.token, tokenAddress);
  // A chain from before there were feeds gets them now.
  const isFed = restored !== null && existsSync(files.feeds);
  const feeds = isFed
    ? (JSON.parse(readFileSync(files.feeds, 'utf8')) as string[])
    : await deployFeeds(anvil, payer);
  writeFileSync(files.feeds, JSON.stringify(feeds));
  let replacedBy: RunningDevChain['replacedBy'] = null;
  if (!restored && options.followedTo) {
    await restoreFunds(anvil, options.followedTo.held, payer, tokenAddress);
    replacedBy = await latestBlock(anvil);
  }
  await catchUpWith(anvil, options.followedTo);
  const proxy = new RpcProxy(anvil, log);
  const snapshot = () => proxy.exclusively(() => takeSnapshot(anvil, files.state, log));
  await snapshot();
  const port = await freePort(options.port);
  if (port !== options.port && options.port !== 0) {
    options.log(`port ${options.port} is in use: the dev chain's JSON-RPC is on ${port}`);
  }
  await proxy.listen(port);
  const miner = new Miner(anvil);
  const timer = setInterval(() => void snapshot().catch(() => undefined), SNAPSHOT_PERIOD_MS);
  const rpcUrl = `http://127.0.0.1:${port}`;
  writeFileSync(files.rpcUrl, rpcUrl);
  const stop = async () => {
    clearInterval(timer);
    await miner.stop();
    await proxy.close();
    await snapshot();
    await anvil.kill();
    rmSync(files.pid, { force: true });
  };
  const chain = devChainConfig(anvil.url, tokenAddress);
  return { chain, rates: devRates(chain.name, feeds), rpcUrl, payer, replacedBy, stop };
}

/** Where a dev chain keeps what it needs to go on, and to be found. */
export function devChainFiles(dataDir: string) {
  const folder = join(dataDir, 'devchain');
  return {
    state: join(folder, 'state.json'),
    log: join(folder, 'log.jsonl'),
    token: join(folder, 'token'),
    feeds: join(folder, 'feeds.json'),
    pid: join(folder, 'anvil.pid'),
    url: join(folder, 'anvil.url'),
    rpcUrl: join(folder, 'rpc.url'),
  };
}

/** The dev chain's own entry, in place of chains.yaml's. */
export function devChainConfig(url: string, tokenAddress: TokenAddress): ChainConfig {
  return {
    name: 'devchain',
    chainId: DEV_CHAIN_ID,
    rpcUrls: [url],
    // A wallet on the same computer can be added to it.
    publicRpcUrls: [url],
    wsUrls: [],
    rpcRequestsPerSecond: null,
    confirmations: { kind: 'blocks', tiers: [{ upTo: null, blocks: 3 }] },
    blockTimeMs: 1_000,
    native: { symbol: 'ETH', decimals: 18 },
    tokens: [{ symbol: 'TUSD', address: tokenAddress, decimals: 6, enabled: true }],
    internalTransfers: 'off',
    proofs: 'full',
    explorerUrl: null,
    sweep: { enabled: true, minimum: 0n },
    forwarder: null,
    // From the beginning: after a kill -9 the chain goes on from a snapshot, which may be older than the first look at it.
    startBlock: 1,
  };
}

/** Null when there is nothing to restore, or it is broken. */
async function restore(
  files: ReturnType<typeof devChainFiles>,
  log: WriteAheadLog,
  { followedTo, log: say }: DevChainOptions,
): Promise<RunningAnvil | null> {
  if (existsSync(files.state) && existsSync(files.token)) {
    try {
      const anvil = await startAnvil([...baseArgs(), '--load-state', files.state]);
      await replay(anvil, log);
      return anvil;
    } catch (error) {
      say(`the dev chain's snapshot cannot be read (${(error as Error).message.split('\n')[0]})`);
      renameSync(files.state, `${files.state}.broken`);
    }
  }
  log.clear();
  if (followedTo) {
    say(
      `the dev chain was lost: a new one starts at block ${followedTo.number + 1}, in step with the database; payments stay, and what their addresses held`,
    );
  }
  return null;
}

/** What the snapshot holds already is refused by the node, as sent before; that is as it should be. */
async function replay(anvil: RunningAnvil, log: WriteAheadLog): Promise<void> {
  const calls = log.read();
  for (const { method, params } of calls) await anvil.rpc(method, params).catch(() => undefined);
  if (calls.length > 0) await anvil.rpc('evm_mine');
}

function begin(followedTo: FollowedTo | null): Promise<RunningAnvil> {
  if (!followedTo) return startAnvil(baseArgs());
  const time = Math.max(Math.floor(Date.now() / 1000), Math.floor(followedTo.time.getTime() / 1000) + 1);
  return startAnvil([...baseArgs(), '--number', String(followedTo.number + 1), '--timestamp', String(time)]);
}

function baseArgs(): string[] {
  return ['--no-mining', '--chain-id', String(DEV_CHAIN_ID)];
}

async function latestBlock(anvil: RunningAnvil): Promise<NonNullable<RunningDevChain['replacedBy']>> {
  const raw = await anvil.rpc<{ number: string; hash: string; timestamp: string }>('eth_getBlockByNumber', [
    'latest',
    false,
  ]);
  return { number: Number(raw.number), hash: raw.hash, time: new Date(Number(raw.timestamp) * 1000) };
}

/** A snapshot is some blocks older than the last moment: grown past it again, the scanner sees which ones were lost. */
async function catchUpWith(anvil: RunningAnvil, followedTo: FollowedTo | null): Promise<void> {
  if (!followedTo) return;
  while (Number(await anvil.rpc<string>('eth_blockNumber')) <= followedTo.number) await anvil.rpc('evm_mine');
}

/** Whole or not at all: written beside, then renamed. The log up to here is in it. */
async function takeSnapshot(anvil: RunningAnvil, file: string, log: WriteAheadLog): Promise<void> {
  // What waits to be mined is in no snapshot, and would go with the log.
  const { pending } = await anvil.rpc<{ pending: string }>('txpool_status');
  if (Number(pending) > 0) await anvil.rpc('evm_mine');
  const dump = await anvil.rpc<string>('anvil_dumpState');
  writeFileSync(`${file}.new`, gunzipSync(Buffer.from(dump.slice(2), 'hex')));
  renameSync(`${file}.new`, file);
  log.clear();
}

async function endOrphan(pidFile: string, log: (line: string) => void): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await endProcess(pid, 'anvil', { ask: 'SIGKILL', insist: 'SIGKILL', afterMs: 2_000 });
  log('the last dev chain was not ended properly: its state is restored');
  rmSync(pidFile, { force: true });
}
