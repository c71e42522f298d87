import { Interface } from 'ethers';
import { type ChainConfig } from '../config/chains.js';
import { type RpcPool } from './rpc-pool.js';

const erc20 = new Interface(['function decimals() view returns (uint8)']);

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
  const problems = await Promise.all(chain.tokens.map((token) => checkDecimals(token, rpc)));
  return problems.filter((problem) => problem !== null);
}

async function checkDecimals(token: ChainConfig['tokens'][number], rpc: RpcPool): Promise<string | null> {
  const call = { to: token.address, data: erc20.encodeFunctionData('decimals') };
  const answer = await rpc.call<string>('eth_call', [call, 'latest']);
  if (answer === '0x') {
    return `token ${token.symbol}: there is no ERC-20 contract at ${token.address}: mend its address in chains.yaml`;
  }
  const decimals = Number(BigInt(answer));
  if (decimals === token.decimals) return null;
  return `token ${token.symbol} has ${decimals} decimals on chain, chains.yaml says ${token.decimals}: mend its decimals`;
}
