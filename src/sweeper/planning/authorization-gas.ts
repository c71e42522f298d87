import { CallRevertedError } from '../../chain/accounts/chain-accounts.js';
import { type Chain } from '../../chain/chain.js';
import { RpcError } from '../../chain/rpc/rpc-error.js';
import { isLasting } from '../../chain/rpc/rpc-failure.js';
import { AUTHORIZATION_GAS, NOBODY } from '../../outgoing/gas.js';
import { type Address } from '../../ids/ids.js';
import { authorizationOfStranger } from './batch-payload.js';

/** Whatever a node says: more than four times what any draft asks for, and too little to empty a gas tank. */
const MOST_AUTHORIZATION_GAS = 1_000_000n;

/**
 * What a transaction is charged for each authorization that it brings (EIP-7702), as the chain's nodes charge it now:
 * 25,000 gas on Ethereum until Amsterdam; from then on up to 235,606, by the texts of EIP-8037 and EIP-2780 in review as of
 * August 2026: 7,816 for the authorization, 9,000 to write the account, and 143 bytes of state at 1,530 gas each, for an
 * account that is new and a delegation. One that is of nobody is charged in full, and nothing of it is given back.
 * @returns of a node that cannot tell, what Ethereum charged first; never less than that
 * @throws RpcError when no endpoint answers now
 */
export async function authorizationGas(
  { chainId, accounts }: Pick<Chain, 'chainId' | 'accounts'>,
  from: Address,
  delegate: Address,
): Promise<bigint> {
  const call = { from, to: NOBODY };
  try {
    const [without, withOne] = await Promise.all([
      accounts.estimateGas(call),
      accounts.estimateGas({ ...call, authorizations: [authorizationOfStranger(chainId, delegate)] }),
    ]);
    const charged = withOne - without;
    if (charged < AUTHORIZATION_GAS) return AUTHORIZATION_GAS;
    return charged < MOST_AUTHORIZATION_GAS ? charged : MOST_AUTHORIZATION_GAS;
  } catch (error) {
    if (error instanceof CallRevertedError) return AUTHORIZATION_GAS;
    if (error instanceof RpcError && isLasting(error.failure)) return AUTHORIZATION_GAS;
    throw error;
  }
}
