import { checkChain } from '../chain/chain-check.js';
import { connectChain } from '../chain/chain-connection.js';
import { type RpcMethod } from '../chain/rpc/methods.js';
import { RpcEndpoint } from '../chain/rpc/rpc-endpoint.js';
import { labelled } from '../chain/rpc/endpoint-labels.js';
import { type ChainConfig } from '../config/chains.js';
import { sweepingOf } from '../config/sweeping.js';
import { UNPRICED, unpricedTokens } from '../rates/unpriced-tokens.js';
import { gasFindings, traceFindings } from './chain-choices.js';
import { type Finding, ok, problem, warning } from './finding.js';
import { headHintFindings } from './head-hint-checks.js';
import { isLocal } from './local-host.js';
import { type Subject } from './subject.js';

/** As the pool calls an endpoint's head too old. */
const OLD_BLOCKS = 30;
const OLD_AT_LEAST_MS = 60_000;
/** Blocks may be stamped a little ahead of time; a machine whose clock is behind sees all of them so. */
const AHEAD_MS = 30_000;
/** Internal transfers are looked for by balances of blocks that lie so far back after an outage of some minutes. */
const STATE_DEPTH = 100;

export async function chainFindings(
  chain: ChainConfig,
  { isProduction, rates, settings }: Subject,
): Promise<Finding[]> {
  const part = `chain ${chain.name}`;
  const found = (
    await Promise.all(labelled(chain.rpcUrls).map((one) => endpointFindings(part, chain, one)))
  ).flat();
  // Where none serves the chain, that is what there is to fix.
  if (found.some(({ status }) => status === 'ok')) found.push(...(await wholeFindings(part, chain)));
  found.push(...(await headHintFindings(part, chain)));
  found.push(...('off' in sweepingOf(chain, settings) ? [] : unpricedFindings(part, chain, rates)));
  if (isProduction && chain.rpcUrls.length < 2)
    found.push(
      warning(
        part,
        'it has one endpoint: a node alone cannot be caught on a wrong fork, and takes the chain with it when it is away',
        'list a second one of another vendor in rpc_urls',
      ),
    );
  const plain = [...chain.rpcUrls, ...chain.wsUrls]
    .filter((url) => URL.canParse(url))
    .map((url) => new URL(url))
    .find(isPlain);
  if (isProduction && plain)
    found.push(
      warning(
        part,
        `${plain.host} is asked without TLS: whoever is in between can answer in its place`,
        'use https://',
      ),
    );
  return found;
}

function unpricedFindings(part: string, chain: ChainConfig, rates: Subject['rates']): Finding[] {
  const symbols = unpricedTokens(chain, rates);
  if (symbols.length === 0) return [];
  return [
    warning(
      part,
      `tokens without a price (${symbols.join(', ')}) ${UNPRICED}`,
      'add a pair to rates.yaml, or native_value or minimum to sweep of the token (docs/sweeping.md)',
    ),
  ];
}

function isPlain({ protocol, hostname }: URL): boolean {
  return (protocol === 'http:' || protocol === 'ws:') && !isLocal(hostname);
}

interface Endpoint {
  url: string;
  label: string;
}

/** What one endpoint serves, and how fresh it is. */
async function endpointFindings(
  part: string,
  chain: ChainConfig,
  { url, label }: Endpoint,
): Promise<Finding[]> {
  const rpc = new RpcEndpoint(url, { label });
  let chainId: number;
  try {
    chainId = await rpc.call('eth_chainId', []);
  } catch (error) {
    return [
      problem(part, (error as Error).message, `fix rpc_urls (its key, its plan), or take ${label} out of it`),
    ];
  }
  if (chainId !== chain.chainId)
    return [
      problem(
        part,
        `${label} serves chain id ${chainId}, chains.yaml says ${chain.chainId}`,
        'fix chain_id or rpc_urls',
      ),
    ];
  const head = await rpc.call('eth_getBlockByNumber', ['latest', false]);
  const number = Number(head.number);
  const ageMs = Date.now() - Number(head.timestamp) * 1_000;
  const found = [
    ...ageFindings(part, label, chain, ageMs),
    ...(await methodFindings(part, label, chain, rpc, number)),
  ];
  return [
    ok(part, `${label} serves chain id ${chainId}, head ${number}, ${Math.round(ageMs / 1_000)} s old`),
    ...found,
  ];
}

function ageFindings(part: string, label: string, { blockTimeMs }: ChainConfig, ageMs: number): Finding[] {
  const oldMs = Math.max(OLD_BLOCKS * blockTimeMs, OLD_AT_LEAST_MS);
  const seconds = Math.abs(Math.round(ageMs / 1_000));
  if (ageMs > oldMs)
    return [
      warning(
        part,
        `the newest block of ${label} is ${seconds} s old: it lags, or the chain stands still`,
        'see whether the node is synced; if it has another clock than this machine, let both be set by NTP',
      ),
    ];
  if (ageMs < -AHEAD_MS)
    return [
      problem(
        'clock',
        `the newest block of ${label} is ${seconds} s ahead of this machine's clock`,
        'let the clock be set by NTP (timedatectl set-ntp true): payments would expire late',
      ),
    ];
  return [];
}

async function methodFindings(
  part: string,
  label: string,
  { internalTransfers, sweep }: ChainConfig,
  rpc: RpcEndpoint,
  head: number,
): Promise<Finding[]> {
  const found: Finding[] = [];
  const block = `0x${head.toString(16)}`;
  const lacks = (method: RpcMethod, params: readonly unknown[]) =>
    rpc.call(method as 'eth_getBlockReceipts', params).then(
      () => null,
      (error: Error) => error.message,
    );
  found.push(...(await gasFindings(part, label, sweep, rpc)));
  const receipts = await lacks('eth_getBlockReceipts', [block]);
  if (receipts !== null)
    found.push(
      warning(
        part,
        `${label} does not answer eth_getBlockReceipts: logs are read instead, with more calls`,
        'nothing need be done; an endpoint that has it costs less',
      ),
    );
  if (internalTransfers === 'off') return found;
  if (internalTransfers === 'trace') return [...found, ...(await traceFindings(part, label, rpc))];
  const back = `0x${Math.max(0, head - STATE_DEPTH).toString(16)}`;
  const zero = '0x0000000000000000000000000000000000000000';
  if ((await lacks('eth_getBalance', [zero, back])) !== null)
    found.push(
      warning(
        part,
        `${label} has no state of ${STATE_DEPTH} blocks ago: internal transfers would be missed after an outage`,
        'take an archive plan, or add an endpoint that keeps state',
      ),
    );
  if ((await lacks('eth_getProof', [zero, [], back])) !== null)
    found.push(
      warning(
        part,
        `${label} does not answer eth_getProof: balances are believed as it says them`,
        'nothing need be done; with a second endpoint they are compared',
      ),
    );
  return found;
}

/** What a start checks, and one block read and proved as the scanner does it. */
async function wholeFindings(part: string, chain: ChainConfig): Promise<Finding[]> {
  const newer: string[] = [];
  const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
  const metrics = {
    called: () => undefined,
    remarked: () => undefined,
    sawNewerFork: () => newer.push(chain.name),
  };
  const { rpc, reader } = connectChain(chain, metrics, silent);
  try {
    const { chain: reasons, tokens } = await checkChain(chain, rpc);
    if (reasons.length > 0) return reasons.map((reason) => problem(part, reason, null));
    const bad = [...tokens.problems.values()].map(({ reason }) => problem(part, reason, null));
    const { number } = await reader.head();
    const watch = {
      tokens: new Set(chain.tokens.map(({ address }) => address)),
      ownAmong: () => Promise.resolve(new Set<never>()),
    };
    await reader.block(number, watch);
    const found = [
      ...bad,
      ok(
        part,
        `chains.yaml agrees with it (${chain.tokens.length - bad.length} tokens), and block ${number} proves itself (proofs: ${chain.proofs})`,
      ),
    ];
    if (newer.length > 0)
      found.push(
        warning(part, 'its blocks have parts that this version does not know', 'install a newer version'),
      );
    return found;
  } catch (error) {
    return [
      problem(
        part,
        `its newest block could not be read: ${(error as Error).message}`,
        'if other blocks cannot be read either, see `proofs` in docs/chains.md',
      ),
    ];
  } finally {
    rpc.close();
  }
}
