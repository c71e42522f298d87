import { Interface } from 'ethers';
import { type RunningAnvil } from './anvil.js';
import artifact from './test-token.json' with { type: 'json' };

const MINT_TO_PAYER = 10n ** 15n;
const token = new Interface(['function mint(address,uint256)']);

/** @param payer an account of the node, which gets tokens to pay with. @returns where the token is */
export async function deployToken(anvil: RunningAnvil, payer: string): Promise<string> {
  const hash = await anvil.rpc<string>('eth_sendTransaction', [{ from: payer, data: artifact.bytecode }]);
  await anvil.rpc('evm_mine');
  const { contractAddress } = await anvil.rpc<{ contractAddress: string }>('eth_getTransactionReceipt', [
    hash,
  ]);
  await mint(anvil, payer, contractAddress, { to: payer, amount: MINT_TO_PAYER });
  await anvil.rpc('evm_mine');
  return contractAddress;
}

/** Sends it; it is not mined yet. @param amount base units */
export async function mint(
  anvil: RunningAnvil,
  payer: string,
  tokenAddress: string,
  { to, amount }: { to: string; amount: bigint },
): Promise<void> {
  const data = token.encodeFunctionData('mint', [to, amount]);
  await anvil.rpc('eth_sendTransaction', [{ from: payer, to: tokenAddress, data }]);
}
