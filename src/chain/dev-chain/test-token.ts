import { Interface } from 'ethers';
import { type RunningAnvil } from './anvil.js';
import artifact from './test-token.json' with { type: 'json' };
import { type Address, type TokenAddress, toTokenAddress } from '../../ids/ids.js';

const MINT_TO_PAYER = 10n ** 15n;
const abi = new Interface(['function mint(address,uint256)']);

/** @param payer an account of the node, which gets tokens to pay with. @returns where the token is */
export async function deployToken(anvil: RunningAnvil, payer: Address): Promise<TokenAddress> {
  const hash = await anvil.rpc<string>('eth_sendTransaction', [{ from: payer, data: artifact.bytecode }]);
  await anvil.rpc('evm_mine');
  const { contractAddress } = await anvil.rpc<{ contractAddress: Address }>('eth_getTransactionReceipt', [
    hash,
  ]);
  const token = toTokenAddress(contractAddress);
  await mint(anvil, payer, token, { to: payer, amount: MINT_TO_PAYER });
  await anvil.rpc('evm_mine');
  return token;
}

/** Sends it; it is not mined yet. @param amount base units */
export async function mint(
  anvil: RunningAnvil,
  payer: Address,
  token: TokenAddress,
  { to, amount }: { to: Address; amount: bigint },
): Promise<void> {
  const data = abi.encodeFunctionData('mint', [to, amount]);
  await anvil.rpc('eth_sendTransaction', [{ from: payer, to: token, data }]);
}
