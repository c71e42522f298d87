import { type ChainConfig } from '../config/chains.js';
import { tracedInBlock } from './transfers/block-traces.js';
import { blockOf } from './transfers/movements.js';
import { MethodNotFoundError, RpcError } from './rpc/rpc-endpoint.js';
import { type RpcFailureKind } from './rpc/rpc-failure.js';
import { type RpcPool } from './rpc/rpc-pool.js';
import { checkTokens, type TokenFindings } from './tokens/check-tokens.js';

/** What of chains.yaml is not so on a chain, each with how to fix it. */
export interface ChainProblems {
  /** While there is one, the chain is not used. */
  chain: string[];
  tokens: TokenFindings;
}

/** Compares chains.yaml with the chain itself. @throws RpcError when the chain could not be asked */
export async function checkChain(chain: ChainConfig, rpc: RpcPool): Promise<ChainProblems> {
  const wrong = await rpc.wrongChainIds();
  if (wrong.length > 0) {
    const served = [...new Set(wrong)].join(' or ');
    const reason = `the node serves chain id ${served}, chains.yaml says ${chain.chainId}: fix chain_id or rpc_urls of "${chain.name}"`;
    const unasked = chain.tokens.map(({ address }) => address);
    return { chain: [reason], tokens: { problems: new Map(), unasked } };
  }
  const [problems, tokens] = await Promise.all([
    Promise.all([checkTraces(chain, rpc), checkFinality(chain, rpc)]),
    checkTokens(chain, rpc),
  ]);
  return { chain: problems.filter((problem) => problem !== null), tokens };
}

/** What a node answers that has no such tag. */
const NEVER: readonly RpcFailureKind[] = ['unsupported', 'parameters'];
/** Nobody was asked: it is asked again. */
const UNASKED: readonly RpcFailureKind[] = ['rate_limited', 'unauthorized', 'unproven'];

/** A chain without the tag would never confirm a payment. Null, as before its first epoch has ended, is an answer. */
async function checkFinality({ confirmations }: ChainConfig, rpc: RpcPool): Promise<string | null> {
  if (confirmations.kind !== 'finality') return null;
  const { tag } = confirmations;
  try {
    await rpc.call('eth_getBlockByNumber', [tag, false]);
    return null;
  } catch (error) {
    if (!(error instanceof RpcError) || UNASKED.includes(error.failure.kind)) throw error;
    // None is final yet, or nobody says: payments are seen meanwhile, and confirmed once one is (`finality_unknown`).
    if (!NEVER.includes(error.failure.kind)) return null;
    await rpc.call('eth_getBlockByNumber', ['latest', false]);
    return (
      `confirmations is ${tag}, and no endpoint has a block by that name (${error.message}): ` +
      'set it to a number of blocks'
    );
  }
}

/** A node that has the method and not the state, as of the first block, will do. */
async function checkTraces({ internalTransfers }: ChainConfig, rpc: RpcPool): Promise<string | null> {
  if (internalTransfers !== 'trace') return null;
  const head = await rpc.call('eth_getBlockByNumber', ['latest', true]);
  try {
    await rpc.fromOneEndpoint((one) => tracedInBlock(one, blockOf(head, [])), 'traces');
    return null;
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) return null;
    return (
      'internal_transfers is trace, and no endpoint has debug_traceBlockByHash or trace_block: ' +
      'set it to balance, or add an endpoint that has one'
    );
  }
}
