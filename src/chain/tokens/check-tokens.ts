import { type ChainConfig } from '../../config/chains.js';
import { RpcError } from '../rpc/rpc-error.js';
import { type RpcPool } from '../rpc/rpc-pool.js';
import { checkToken, hasItsDecimals, type TokenProblem } from './token-check.js';

/** What was found of a chain's tokens, by their contracts. */
export interface TokenFindings {
  /** Out of service. */
  problems: ReadonlyMap<string, TokenProblem>;
  /** They could not be asked: nothing is known against them, and they are asked again. */
  unasked: readonly string[];
}

export const NOTHING_FOUND: TokenFindings = { problems: new Map(), unasked: [] };

/** Contracts that have no longer the decimals that are configured. Those that cannot be asked now are not among them. */
export async function tokensChanged(
  { tokens }: Pick<ChainConfig, 'tokens'>,
  rpc: RpcPool,
): Promise<ReadonlySet<string>> {
  const checks = await Promise.allSettled(tokens.map((token) => hasItsDecimals(token, rpc)));
  const changed = tokens.filter((_token, index) => {
    const check = checks[index];
    if (check?.status === 'rejected' && !(check.reason instanceof RpcError)) throw check.reason;
    return check?.status === 'fulfilled' && !check.value;
  });
  return new Set(changed.map(({ address }) => address));
}

/** Each by itself, as any of them may turn bad. */
export async function checkTokens(
  { tokens, native }: Pick<ChainConfig, 'tokens' | 'native'>,
  rpc: RpcPool,
): Promise<TokenFindings> {
  const problems = new Map<string, TokenProblem>();
  const unasked: string[] = [];
  const checks = await Promise.allSettled(tokens.map((token) => checkToken(token, rpc, native.decimals)));
  for (const [index, check] of checks.entries()) {
    const { address } = tokens[index] as ChainConfig['tokens'][number];
    if (check.status === 'fulfilled') {
      if (check.value !== null) problems.set(address, check.value);
    } else if (check.reason instanceof RpcError) unasked.push(address);
    else throw check.reason;
  }
  return { problems, unasked };
}
