import { type ChainConfig } from '../config/chains.js';
import { tracedMovements } from './block-traces.js';
import { blockOf } from './movements.js';
import { type RawBlock } from './raw-block.js';
import { MethodNotFoundError } from './rpc-endpoint.js';
import { type RpcPool } from './rpc-pool.js';
import { checkToken } from './token-check.js';

/**
 * Compares chains.yaml with the chain itself.
 * @returns everything that is wrong, each with how to mend it; empty when the chain may be used
 * @throws RpcError when the chain could not be asked
 */
export async function checkChain(chain: ChainConfig, rpc: RpcPool): Promise<string[]> {
  const wrong = await rpc.wrongChainIds();
  if (wrong.length > 0) {
    return [
      `the node serves chain id ${[...new Set(wrong)].join(' or ')}, chains.yaml says ${chain.chainId}: mend chain_id or rpc_urls of "${chain.name}"`,
    ];
  }
  const problems = await Promise.all([
    checkTraces(chain, rpc),
    ...chain.tokens.map((token) => checkToken(token, rpc)),
  ]);
  return problems.filter((problem) => problem !== null);
}

/** A node that has the method and not the state, as of the first block, will do. */
async function checkTraces({ internalTransfers }: ChainConfig, rpc: RpcPool): Promise<string | null> {
  if (internalTransfers !== 'trace') return null;
  const head = await rpc.call<RawBlock>('eth_getBlockByNumber', ['latest', true]);
  try {
    await rpc.fromOneEndpoint((one) => tracedMovements(one, blockOf(head, [])), 'traces');
    return null;
  } catch (error) {
    if (!(error instanceof MethodNotFoundError)) return null;
    return (
      'internal_transfers is trace, and no endpoint has debug_traceBlockByHash or trace_block: ' +
      'set it to balance, or add an endpoint that has one'
    );
  }
}
