import { toQuantity } from 'ethers';
import { type RunningAnvil } from './anvil.js';
import { mint } from './test-token.js';
import { type Address, type Asset, type TokenAddress } from '../../ids/ids.js';

/** What addresses of ours held on a dev chain, as the ledger has it, and what they have signed there. */
export interface HeldFunds {
  /** Base units; the token lower-case, null: the native asset. */
  balances: { address: Address; tokenAddress: Asset; amount: bigint }[];
  /** The nonce each address goes on with. */
  nonces: { address: Address; nonce: number }[];
}

/**
 * Puts on a new dev chain what was held on the one that is lost, so that the ledger stays right and what was signed can
 * still be sent. Its blocks are to be scanned by nobody: they would show the tokens as paid once more.
 * @param payer an account of the node
 * @param tokenAddress of the chain's test token; of others nothing can be made
 */
export async function restoreFunds(
  anvil: RunningAnvil,
  { balances, nonces }: HeldFunds,
  payer: Address,
  tokenAddress: TokenAddress,
): Promise<void> {
  for (const { address, tokenAddress: held, amount } of balances) {
    if (held === null) await anvil.rpc('anvil_setBalance', [address, toQuantity(amount)]);
    else if (held === tokenAddress) {
      await mint(anvil, payer, tokenAddress, { to: address, amount });
    }
  }
  await anvil.rpc('evm_mine');
  for (const { address, nonce } of nonces) await anvil.rpc('anvil_setNonce', [address, toQuantity(nonce)]);
  await anvil.rpc('evm_mine');
}
