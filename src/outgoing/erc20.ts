import { Interface } from 'ethers';
import { type RawLog } from '../chain/blocks/raw-block.js';
import { tokenTransferOf } from '../chain/transfers/movements.js';
import { type Address, type TokenAddress } from '../ids/ids.js';

const erc20 = new Interface(['function transfer(address to, uint256 value)']);

/** The call data of ERC-20's `transfer`. */
export function transferData(to: Address, amount: bigint): string {
  return erc20.encodeFunctionData('transfer', [to, amount]);
}

/** Whether `transfer` said no. Many tokens say nothing at all, which is no refusal. */
export function saysNo(returned: string): boolean {
  return /^0x0*$/.test(returned) && returned.length > 2;
}

/** Base units that logs show as moved from one to the other: less than was sent where the token takes a fee. */
export function movedBy(
  logs: readonly RawLog[],
  { token, from, to }: { token: TokenAddress; from: Address; to: Address },
): bigint {
  return logs
    .filter(({ address }) => address === token)
    .map((log, ordinal) => tokenTransferOf(log, { txHash: log.transactionHash, ordinal }))
    .filter((movement) => movement?.from === from && movement.to === to)
    .reduce((sum, movement) => sum + (movement?.amount ?? 0n), 0n);
}
